"""Claims: who is let in at once, who waits for whom, and what nobody gets."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.access import MemberRole, OneTimeCode, Post, User
from models.base import db
from models.directory import Claim, Contact, Decision, Enterprise
from models.log import Event
from models.notices import Notice
from operations.access import codes
from operations.access.people import actor_named
from operations.directory import claim_desk, claims
from operations.directory.claims import Applicant
from operations.errors import BadInput, NotFound, Refused
from tests.claimants import (
    FUXING,
    FUXING_CODE,
    FUXING_PHONE,
    NEW,
    NEW_CODE,
    PASSWORD,
    SITE_KEY,
    STRANGER,
    claim,
    code_sent_to,
    prove,
    quick_passwords,
    texts,
)
from tests.lives import START
from tests.together import at_once

__all__ = ["quick_passwords"]


@pytest.fixture(autouse=True)
def now(city, quick_passwords):
    with clock.standing_at(START):
        yield START


def desk_of(username):
    return [item.name for item in claim_desk.waiting(actor_named(username))[0]]


def told(username):
    mine = select(Notice.subject).join(User, User.id == Notice.user_id).where(User.username == username)
    return list(db.session.scalars(mine))


def test_the_directorys_own_contact_is_in_at_once_as_administrator(city):
    made = claim()
    member = actor_named(FUXING_PHONE)

    assert (made.decision, made.decided_by_id) == (Decision.CONFIRMED, None)
    assert member.enterprise_id == city.enterprises["福兴热电"].id and member.administers(member.enterprise_id)
    assert db.session.get(Enterprise, member.enterprise_id).claimed_at == START
    assert told("liumin") == ["郑涛已成为福兴热电的管理员"]


def test_a_contact_row_counts_like_the_first_contact(city):
    db.session.add(Contact(enterprise_id=city.enterprises["福兴热电"].id, name="刘会计", phone="139 0000 0001"))
    db.session.commit()

    assert claim(STRANGER).decision is Decision.CONFIRMED


def test_a_stranger_waits_for_the_steward_or_the_owner_and_is_nothing_until_then(city):
    made = claim(STRANGER, person="冒名者")

    assert made.decision is None and actor_named(STRANGER).posts == ()
    assert desk_of("liumin") == desk_of("hejun") == desk_of("wujie") == [FUXING]
    assert desk_of("wangqiang") == desk_of("baixue") == desk_of("chenjing") == []
    assert told("liumin") == told("hejun") == [f"有人认领企业：{FUXING}"] and not told("wujie")


def test_the_steward_confirms_and_the_claimant_reads_it_in_a_text_message(city):
    made = claim(STRANGER)
    claims.confirm(made.id, actor=actor_named("liumin"), reason="电话核对过")

    assert actor_named(STRANGER).administers(city.enterprises["福兴热电"].id)
    assert "已确认您可以代表" in texts()[-1].words and texts()[-1].recipient == STRANGER
    assert desk_of("liumin") == []
    assert (made.decided_by_id, made.reason) == (city.users["liumin"].id, "电话核对过")


def test_a_refusal_needs_a_reason_and_lets_them_ask_again(city):
    made = claim(STRANGER)
    with pytest.raises(BadInput):
        claims.refuse(made.id, actor=actor_named("hejun"), reason=" ")
    claims.refuse(made.id, actor=actor_named("hejun"), reason="不是这家企业的人")

    assert (made.decision, actor_named(STRANGER).posts) == (Decision.REFUSED, ())
    with clock.standing_at(START + timedelta(minutes=2)):
        assert claim(STRANGER).decision is None


@pytest.mark.parametrize("username", ["wangqiang", "baixue", "chenjing", "hening", "hengzha"])
def test_whoever_does_not_answer_for_the_enterprise_decides_nothing(city, username):
    made = claim(STRANGER)

    for act in (claims.confirm, claims.refuse):
        with pytest.raises(NotFound):
            act(made.id, actor=actor_named(username), reason="随便")


def test_nobody_decides_their_own_claim(city):
    user = db.session.scalar(select(User).where(User.username == "liumin"))
    user.username = STRANGER
    db.session.commit()
    made = claim(STRANGER)

    with pytest.raises(NotFound):
        claims.confirm(made.id, actor=actor_named(STRANGER))


def test_a_claimed_enterprise_takes_nobody_in_unasked_and_then_as_agent(city):
    claim()
    city.enterprises["福兴热电"].contact_phone = STRANGER
    db.session.commit()
    made = claim(STRANGER)
    assert made.decision is None
    claims.confirm(made.id, actor=actor_named("liumin"))

    post = db.session.scalar(select(Post).join(User, User.id == Post.user_id).where(User.username == STRANGER))
    assert post.member_role is MemberRole.AGENT


def test_an_unknown_enterprise_is_registered_by_the_owner_of_the_place(city):
    made = claim(STRANGER, credit_code=NEW_CODE, name=NEW, region_id=city.regions["990102"].id)
    assert db.session.scalar(select(Enterprise).where(Enterprise.credit_code == NEW_CODE)) is None
    assert desk_of("fangming") == [NEW] and desk_of("hejun") == [] and told("fangming")
    claims.confirm(made.id, actor=actor_named("fangming"), reason="见过营业执照")

    firm = db.session.scalar(select(Enterprise).where(Enterprise.credit_code == NEW_CODE))
    assert (firm.name, firm.contact_phone, firm.source) == (NEW, STRANGER, claims.SELF_SERVICE)
    assert firm.owner_unit_id == city.organisations["城东区人民政府"].id and firm.claimed_at == START
    assert actor_named(STRANGER).enterprise_id == firm.id


def test_an_unknown_enterprise_must_lie_somewhere(city):
    with pytest.raises(BadInput, match="区县"):
        claim(STRANGER, credit_code=NEW_CODE, name=NEW)
    assert db.session.scalar(select(User).where(User.username == STRANGER)) is None


def test_a_wrong_check_digit_is_registered_only_with_a_reason(city):
    wrong = NEW_CODE[:-1] + ("0" if NEW_CODE[-1] != "0" else "1")
    made = claim(STRANGER, credit_code=wrong, name=NEW, region_id=city.regions["990102"].id)
    with pytest.raises(Refused, match="校验位"):
        claims.confirm(made.id, actor=actor_named("fangming"))
    claims.confirm(made.id, actor=actor_named("fangming"), reason="营业执照如此")

    assert "营业执照如此" in db.session.scalar(select(Enterprise.code_override).where(Enterprise.credit_code == wrong))


def test_whoever_has_an_account_keeps_its_password_and_gets_one_more_post(city):
    claim()
    before = db.session.scalar(select(User.password_hash).where(User.username == FUXING_PHONE))
    city.enterprises["好邻居便利店"].contact_phone = FUXING_PHONE
    db.session.commit()
    with clock.standing_at(START + timedelta(minutes=2)):
        claim(credit_code=city.enterprises["好邻居便利店"].credit_code, name="好邻居")

    assert len(actor_named(FUXING_PHONE).posts) == 2
    assert db.session.scalar(select(User.password_hash).where(User.username == FUXING_PHONE)) == before


def test_what_is_claimed_already_is_not_claimed_again(city):
    claim()
    with clock.standing_at(START + timedelta(minutes=2)), pytest.raises(Refused, match="已经是"):
        claim()
    claim(STRANGER)
    with clock.standing_at(START + timedelta(minutes=4)), pytest.raises(Refused, match="正在核实"):
        claim(STRANGER)


def test_a_weak_password_uses_nothing_up(city):
    key = prove()
    with pytest.raises(BadInput, match="12 至"):
        claims.claim(key, applicant=Applicant("郑涛", "short"))

    assert claims.claim(key, applicant=Applicant("郑涛", PASSWORD)).decision is Decision.CONFIRMED


def test_one_proven_code_opens_one_claim_however_often_it_is_sent(app, city):
    key = prove()
    db.session.remove()
    came = at_once(app, [lambda: claims.claim(key, applicant=Applicant("郑涛", PASSWORD))] * 4, moment=START)

    assert sum(isinstance(one, Claim) for one in came) == 1
    assert len(db.session.scalars(select(Post).join(User).where(User.username == FUXING_PHONE)).all()) == 1


def test_two_officials_at_once_decide_once(app, city):
    claim_id = claim(STRANGER).id
    db.session.remove()

    def decides(username):
        return lambda: claims.confirm(claim_id, actor=actor_named(username))

    came = at_once(app, [decides(name) for name in ("liumin", "hejun", "wujie")], moment=START)
    assert sum(isinstance(one, Refused) for one in came) == 2
    assert len(actor_named(STRANGER).posts) == 1


def test_no_code_no_password_and_no_number_is_sealed(city):
    code = None
    key = codes.send(FUXING_PHONE, {"credit_code": FUXING_CODE, "name": FUXING}, purpose_words=claims.PURPOSE,
                     site_key=SITE_KEY)
    code = code_sent_to(FUXING_PHONE)
    codes.enter(key, code, site_key=SITE_KEY)
    claims.claim(key, applicant=Applicant("郑涛", PASSWORD))

    sealed = " ".join(event.body for event in db.session.scalars(select(Event)))
    kept = db.session.scalars(select(OneTimeCode)).one()
    assert not {code, PASSWORD, FUXING_PHONE, "郑涛"} & set(sealed.replace('"', " ").split())
    assert FUXING_PHONE not in sealed and code not in kept.code_hash and key != kept.key_hash
