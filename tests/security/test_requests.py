"""What every request must bring and every answer must carry, whatever the page."""

import re

import pytest

from app import errors
from app.security import HEADERS
from operations.errors import Refused
from tests.guest import CSRF, Guest, said

SITE = "https://127.0.0.1"


@pytest.fixture
def guest(app, city):
    return Guest(app, "hengzha")


def test_every_answer_carries_the_security_headers_and_is_kept_by_nobody(app, guest):
    anybody = Guest(app)
    for answer in (
        guest.gets("/my"), guest.gets("/nowhere"), guest.client.put("/my"), guest.client.post("/my/tickets/new/1"),
        anybody.gets("/login"), anybody.gets("/"), anybody.gets("/verify"), anybody.gets("/r/none"),
        anybody.gets("/x%00y"), anybody.client.options("/login"),
    ):
        assert HEADERS.items() <= dict(answer.headers).items(), answer.request.path
        assert answer.headers["Cache-Control"] == "no-store", answer.request.path


def test_the_policy_lets_no_script_run_but_the_sites_own_files():
    policy = dict(rule.strip().split(" ", 1) for rule in HEADERS["Content-Security-Policy"].split(";"))

    assert policy["default-src"] == "'self'" and "script-src" not in policy
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert not {"unsafe-inline", "unsafe-eval", "*", "http:", "https:"} & set(" ".join(policy.values()).split())


def test_static_files_may_be_kept(guest):
    with guest.gets("/static/css/zq.css") as answer:
        assert answer.headers.get("Cache-Control") != "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_every_answer_says_what_it_is_and_lets_no_other_site_read_it(app, guest):
    kinds = {"/my": "text/html; charset=utf-8", "/nowhere": "text/html; charset=utf-8", "/healthz": "application/json",
             "/static/css/zq.css": "text/css; charset=utf-8", "/static/icons.svg": "image/svg+xml; charset=utf-8"}
    for path, kind in kinds.items():
        with guest.gets(path, headers={"Origin": "https://evil.example"}) as answer:
            assert answer.headers["Content-Type"] == kind, path
            assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]


def test_every_shell_has_the_way_out(app, city):
    for username, path in (("hengzha", "/my"), ("liumin", "/desk"), ("hening", "/watch"), ("security", "/accounts")):
        assert 'action="/logout" method="post"' in Guest(app, username).gets(path).text, path


def test_a_fault_of_ours_is_one_number_for_whoever_asked_and_all_of_it_in_the_log(app, guest, monkeypatch, caplog):
    def breaks():
        raise RuntimeError("the key is 4711")

    monkeypatch.setitem(app.view_functions, "account.index", breaks)
    answer = guest.gets("/account")
    number = re.search("编号 ([0-9a-f]{8}) ", said(answer)).group(1)
    assert answer.status_code == 500 and "4711" not in answer.text and "Traceback" not in answer.text
    told = next(record for record in caplog.records if number in record.getMessage())
    assert "4711" in str(told.exc_info[1]) and Guest(app).gets("/login").status_code == 200


def test_over_https_the_browser_is_told_to_stay_there(app, city):
    assert "Strict-Transport-Security" in Guest(app).gets("/login", base_url=SITE).headers
    assert "Strict-Transport-Security" not in Guest(app).gets("/login").headers


def test_over_https_our_own_forms_arrive(app, city):
    """The referrer is asked for there: our own policy must let the browser send it."""
    guest = Guest(app)
    page = guest.gets("/login", base_url=SITE)
    sent = {"same-origin": f"{SITE}/login", "no-referrer": ""}[page.headers["Referrer-Policy"]]
    fields = {"csrf_token": CSRF.search(page.text).group(1), "username": "liumin", "password": "x"}
    answer = guest.client.post("/login", data=fields, base_url=SITE, headers={"Referer": sent} if sent else {})

    assert answer.status_code == 422


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "evil.example:8"])
def test_a_foreign_host_is_refused(app, city, host):
    answer = Guest(app).gets("/login", headers={"Host": host})

    assert answer.status_code == 400
    assert host not in answer.text


def test_a_forwarded_host_is_not_believed(app, city):
    answer = Guest(app).gets("/", headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"})

    assert "evil" not in answer.headers["Location"]


def test_methods_nobody_uses_are_refused(guest):
    for method in ("TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "PROPFIND", "BREW"):
        for path in ("/my", "/login", "/tickets"):
            assert guest.client.open(path, method=method).status_code == 405, (method, path)


def test_a_form_without_a_token_does_nothing_and_keeps_what_was_typed(guest):
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "x"}, {"csrf_token": "IjEyMyI.abc.def"}):
        answer = guest.client.post("/feedback", data=token | {"words": "停车场的灯坏了"})

        assert answer.headers["Location"] == "/feedback"
        assert "停车场的灯坏了" in said(guest.gets("/feedback"))


def test_the_token_of_another_session_is_none(app, guest):
    other = CSRF.search(Guest(app, "xinyuan").gets("/feedback").text).group(1)
    answer = guest.client.post("/feedback", data={"csrf_token": other, "words": "停车场的灯坏了"})

    assert answer.headers["Location"] == "/feedback"


def test_signing_out_needs_the_token_too(guest):
    guest.client.post("/logout")

    assert guest.is_signed_in


def test_a_form_of_another_site_changes_nothing_not_even_the_cookie(app, guest):
    """Browsers send it without our cookie (SameSite), but would take a new one with the answer."""
    answer = app.test_client().post("/feedback", data={"words": "x"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


def test_a_refusal_gives_the_words_back_without_hidden_signs(app):
    sent = {"words": "写了半小时的\u202e派单依据", "password": "不该回显的口令"}
    with app.test_request_context("/", method="POST", data=sent):
        page, code = errors.refused(Refused("现在不能派单。"))

    assert code == 409
    assert "写了半小时的派单依据" in page and "\u202e" not in page and "不该回显" not in page
