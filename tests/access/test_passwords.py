"""密码: what the two profiles refuse, what is remembered, and that an old one opens nothing but its own change."""

import hashlib
from dataclasses import fields, replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models import clock
from models.access import PastPassword, User
from models.base import db
from operations.access import passwords
from operations.demo.city import PASSWORD
from operations.errors import BadInput
from tests.claimants import quick_passwords  # noqa: F401
from tests.guest import Guest, said
from tests.lives import START

GOOD = ("Regen-am-Abend-7", "正确的马电池订书钉Aa1", "xxxxxxYz9-abcde", "A1b" + "c-D2e" * 25)
WEAK = {
    "位": ("", "Kurz-1a", "nurkleinundlang1", "NURGROSS-UND-LANG", "A1b" + "c-D2e" * 26),
    "常用": ("Password-2026!", "2026-Sunshine-1", "Aa1-Aa1-Aa1-Aa1", "!!!Liverpool1999"),
    "用户名、单位": (
        "Yunzhou-2026-x", "xx-Liu-Min-2026", "Zheng.Qi.Zhi.Tong.Che1", "政企直通车-2026-Ab", "Zqztc-abcd-2026",
        "云州的密码-2026-Ab", "Chengdongjiedao-7",
    ),
}


@pytest.fixture
def steward(quick, quick_passwords):  # noqa: F811
    return quick.users["liumin"]


@pytest.fixture
def profile():
    """``profile("asvs")``, until the test ends."""
    kept = replace(passwords._site)

    def keep(name, **rest):
        passwords.keep_profile(name, site_words=("云州", "政企直通车"), **{"expire": False} | rest)

    yield keep
    for field in fields(kept):
        setattr(passwords._site, field.name, getattr(kept, field.name))


def refusal(password, user):
    try:
        passwords.ensure_good(password, user)
    except BadInput as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_has_leaked_elsewhere_is_no_password_here(steward, profile, tmp_path, end):
    """Found wherever it stands in the list, which is searched and never read."""
    known = sorted(f"Regen-am-Abend-{number}" for number in range(500))
    digests = sorted(hashlib.new("sha1", word.encode(), usedforsecurity=False).hexdigest().upper() for word in known)
    (tmp_path / "leaked.txt").write_bytes("".join(f"{digest}:{len(digest)}{end}" for digest in digests).encode())
    profile("dengbao3", leaked_in=tmp_path / "leaked.txt")
    assert {word for word in known if "泄露" not in refusal(word, steward)} == set()
    assert refusal("Regen-am-Morgen-7", steward) == "" and refusal("Regen-am-Abend-500", steward) == ""
    profile("dengbao3")
    assert refusal(known[0], steward) == ""


def test_the_profile_of_the_graded_protection(steward, profile):
    profile("dengbao3")
    assert {password: said for password in GOOD if (said := refusal(password, steward))} == {}
    for why, refused in WEAK.items():
        for password in refused:
            assert why in refusal(password, steward), password


def test_the_profile_of_owasp_wants_length_and_no_kinds(steward, profile):
    profile("asvs")
    assert not refusal("nur kleine worte hier", steward) and not passwords.is_over(START - timedelta(days=4000))
    for password in ("Regen-Abend-77", "!!!!password!!!!", "yunzhou ist eine stadt"):
        assert refusal(password, steward), password


def test_none_of_the_last_five_comes_back_and_no_more_are_kept(app, steward, profile):
    profile("dengbao3")
    words = [f"Regen-am-Abend-{number}" for number in range(7)]
    steward.password_hash = passwords.hashed(words[0])
    for word in words[1:6]:
        passwords.give(steward, word)
        db.session.commit()
    for word in words[1:6]:
        assert "最近 5 次" in refusal(word, steward)
    assert not refusal(words[0], steward)
    assert len(db.session.scalars(select(PastPassword)).all()) == 4


def test_after_ninety_days_nothing_opens_but_the_change(app, steward, profile, at):
    profile("dengbao3", expire=True)
    db.session.execute(update(User).values(password_changed_at=START))
    db.session.commit()
    with at(days=89):
        assert Guest(app, "liumin").gets("/desk").status_code == 200
    with at(days=91):
        guest = Guest(app, "liumin")
        for path in ("/desk", "/account", "/tickets"):
            assert guest.gets(path).headers["Location"] == "/account/password", path
        assert "用满" in said(guest.gets("/account/password"))
        fields = {"current_password": "Yunzhou-2026", "new_password": "Yunzhou-2026"}
        assert "密码里不能有" in said(guest.posts("/account/password", fields, page="/account/password"))
        fields["new_password"] = GOOD[0]
        assert guest.posts("/account/password", fields, page="/account/password").status_code == 302
        assert guest.gets("/desk").status_code == 200
        assert clock.now() - steward_changed_at() < timedelta(seconds=1)


def steward_changed_at():
    return db.session.scalars(select(User.password_changed_at).where(User.username == "liumin")).one()


def test_a_password_is_what_was_typed_to_the_last_space_and_lies_there_as_argon2id(app, steward):
    exact = " Zwei  Leerzeichen-7\u00a0"
    guest = Guest(app, "liumin")
    guest.posts("/account/password", {"current_password": PASSWORD, "new_password": exact}, page="/account/password")
    answers = [Guest(app).sign_in("liumin", typed).status_code for typed in (exact.strip(), exact.lower(), exact)]
    assert answers == [422, 422, 302]
    assert db.session.scalar(select(User.password_hash).where(User.username == "liumin")).startswith("$argon2id$")
