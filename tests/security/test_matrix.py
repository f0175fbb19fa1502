"""Every address × every role, as matrix.txt says; and what is another's looks like what is not there."""

import html
import re
from urllib.parse import quote

import pytest

from app.security import HEADERS
from operations.tickets.workflow import STEPS
from tests.guest import printed
from tests.security import matrix
from tests.security.caller import code_of
from tests.security.matrix import ANYBODY, BLIND, THEIRS, WHO
from tests.security.town import ABSENT
from tests.shared import ENGINES_TRIED, IS_DRILL, some
from tests.views.digests import digests

pytestmark = pytest.mark.shares_rows

ROWS = matrix.rows()
METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE"}
PROBERS = (ANYBODY, "hengzha", "chenjing", "wujie", "audit")  # a usual run lets each ask a fifth of the addresses
# Together they may open nearly everything: what the others see is the same conditions of the same statements. SQLite
# asks everybody; PostgreSQL, in a usual run, these for what they get.
SCOPES = ("hengzha", "liumin", "zhoujian", "wujie", "hening", "dengli")
# Pages that are there whoever asks for what; and the one that leads a member on to the enterprise's own page.
TELLS_NOTHING = ("/search", "/verify", "/watch", "/tickets/{handling}", "/enterprises/bulk")
ODD = (
    "0", "-1", "1.5", "2147483647", "2147483648", "99999999999999999999", "1e3", "abc", "None", "%00", "1%00", "%0a",
    "%C3%28", "%ED%A0%80", "%F0%9F%98%80", "%E2%80%AE", "１２", "٣", "²", "..%2f..%2fetc", "'%20OR%201=1--",
    "<script>", "{{7*7}}", "%25s", "ZQ-２０２６-08-０４８２９１３", "ZQ-2026-08-048291", "A" * 3000,
)
LONGEST = 80  # of each of the parameters below: more than 4,094 in one line the web server does not let in
PARAMETERS = (
    "after", "before", "q", "tab", "show", "view", "number", "code", "in", "unit", "region", "for", "corrects",
    "receipt", "pick", "level", "sort", "slow", "size", "since", "order", "only", "all", "late", "job", "from",
    "filters", "status", "stage", "kind", "light", "overdue", "mine", "count", "draft", "next", "thanks", "back",
    "rule", "person", "state", "by", "anew",
    "words", "topic", "vacant", "check", "take", "ruling", "month", "class", "of",
    "section", "carrier", "held", "quiet", "unclaimed", "tag", "steward", "category", "query", "everything",
    "occasion", "more", "rated", "window",
)


def answer_of(caller, method, path, fields=()):
    answer = caller.asks(method, path, fields)
    answer.get_data()
    answer.close()
    return answer


def endpoint_of(app, method, path):
    return app.url_map.bind("127.0.0.1").match(path.partition("?")[0], method=method)


def test_every_address_of_the_site_has_its_row(app, town):
    told = {(endpoint_of(app, row.method, row.filled_in(town.names)[0])[0], row.method) for row in ROWS}
    there = {(rule.endpoint, method) for rule in app.url_map.iter_rules() for method in rule.methods & {"GET", "POST"}}

    assert there - told == set()


def test_every_act_has_its_row(app, town):
    pages = [endpoint_of(app, row.method, row.filled_in(town.names)[0]) + (row.method,) for row in ROWS]
    told = {(arguments["verb"], method) for endpoint, arguments, method in pages if endpoint == "tickets.act"}
    offered = {step.act for step in STEPS if step.is_offered and step.roles - {"enterprise_member", "system"}}

    assert offered <= {act for act, _ in told}
    assert {act for act, method in told if method == "GET"} == {act for act, method in told if method == "POST"}


@pytest.mark.parametrize("username", WHO)
def test_everybody_gets_what_the_table_says_and_reading_changes_nothing(app, town, username, engine_name):
    if engine_name == "postgresql" and username not in some(SCOPES, 2) and not IS_DRILL:
        pytest.skip("PostgreSQL asks, in turn, one of each kind of scope; everybody in make drill")
    caller, before = town.callers[username], digests()
    found = {}
    rows = [row for row in ROWS if row.codes[username] != "404"] + closed_to(username, engine_name)
    for row in sorted(rows, key=lambda row: row.method == "POST"):
        if row.method == "POST" and before:
            assert digests() == before, "a page that only reads has changed something"
            before = None
        answer = answer_of(caller, row.method, *row.filled_in(town.names))
        if code_of(answer) != row.codes[username]:
            found[f"{row.method} {row.path}"] = f"{code_of(answer)}, not {row.codes[username]}"
        if row.path.startswith("/static"):
            continue
        assert not HEADERS.keys() - set(answer.headers.keys()), row.path
        assert "no-store" in answer.headers["Cache-Control"], row.path
        if row.method == "POST" and answer.status_code < 400:
            town.restore()

    assert found == {}


def closed_to(username, engine_name):
    """The doors that do not open: two thirds of the table. A usual run rattles at every second one, on SQLite."""
    closed = [row for row in ROWS if row.codes[username] == "404"]
    if IS_DRILL:
        return closed
    return some(closed, 2, place=WHO.index(username)) if engine_name == "sqlite" else []


def rows_naming_theirs(username):
    """What one gets of one's own, asked of another's; where one gets nothing even of one's own, a third of it."""
    naming = [row for row in ROWS if THEIRS.keys() & set(row.names)]
    closed = [row for row in naming if row.codes[username] == "404"]
    return [row for row in naming if row not in closed] + list(some(closed, 3, place=WHO.index(username)))


@pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")  # two pages are compared
@pytest.mark.parametrize("username", BLIND)
def test_what_is_anothers_looks_like_what_is_not_there(app, town, username):
    caller = town.callers[username]
    absent = {name: absent_like(town.names[name]) for name in THEIRS}
    theirs = {name: town.names[other] for name, other in THEIRS.items()}
    for row in rows_naming_theirs(username):
        answers = []
        for ids in (theirs, absent):
            path, fields = row.filled_in(town.names | ids)
            answer = answer_of(caller, row.method, path, fields)
            asked = {path, path.partition("?")[0], *(str(ids[name]) for name in row.names if name in ids)}
            answers.append((code_of(answer), without(asked, printed(answer)), headers_of(answer, asked)))
        assert answers[0] == answers[1], row.path
        assert answers[0][0] == "404" or row.path.startswith(TELLS_NOTHING), row.path


def absent_like(present):
    if isinstance(present, int):
        return ABSENT["id"]
    return present[:3] + ABSENT["ticket"][3:] if present.startswith(("ZQ-", "ZG-")) else ABSENT["key"]


def without(asked, text):
    """The page less what was asked for, which it may repeat."""
    for words in sorted(asked, key=len, reverse=True):
        for repeated in (words, quote(words), quote(words, safe=""), html.escape(words)):
            text = text.replace(repeated, "…") if len(repeated) > 4 else text
    return text


def headers_of(answer, asked):
    apart = {"X-Request-Id", "Set-Cookie", "Content-Length", "Date"}
    return {name: without(asked, value) for name, value in answer.headers.items() if name not in apart}


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")  # routes know no engine
def test_other_methods_are_refused_and_the_head_is_that_of_the_page(app, town):
    router = app.url_map.bind("127.0.0.1")
    paths = [row.filled_in(town.names)[0].partition("?")[0] for row in ROWS]
    for place, path in enumerate({router.match(path, method="OPTIONS")[0]: path for path in paths}.values()):
        allowed = router.allowed_methods(path)
        for username in some(PROBERS, len(PROBERS), place=place):
            caller = town.callers[username]
            for method in some(sorted(METHODS - set(allowed)), 2, place=place):
                assert answer_of(caller, method, path).status_code == 405, (method, path)
            if "GET" in allowed and some((True,), 3, place=place):
                page, head = answer_of(caller, "GET", path), answer_of(caller, "HEAD", path)
                assert (head.status_code, head.data) == (page.status_code, b""), path
            assert answer_of(caller, "OPTIONS", path).status_code in (200, 302), path


def first_of_each_kind(app, town):
    """One row for each endpoint, method and form of address, with somebody who gets past the door there."""
    found = {}
    for row in ROWS:
        endpoint = endpoint_of(app, row.method, row.filled_in(town.names)[0])[0]
        insiders = [name for name in WHO if row.codes[name] not in ("404", "in")]
        if insiders and endpoint != "static":
            found.setdefault((endpoint, row.method, "?" in row.path), (row, insiders[-1]))
    return found.values()


def in_turn(pairs, engine_name, step):
    """(row, username) with a part of ODD, each another: all of them are tried, but not on every page again."""
    for place, (row, username) in enumerate(pairs, start=engine_name == "postgresql"):
        yield row, username, some(ODD, step, place=place)


def test_no_odd_id_in_an_address_breaks_anything(app, town, engine_name):
    named = [pair for pair in first_of_each_kind(app, town) if pair[0].names]
    for row, username, odds in in_turn(named, engine_name, 16):
        for odd in odds:
            path = re.sub(r"{\w+}", lambda _, odd=odd: odd, row.path)
            answer = answer_of(town.callers[username], row.method, path)
            assert answer.status_code < 500, (row.method, path)
            assert b"<script>" not in answer.data, path


def test_no_odd_parameter_breaks_a_page(app, town, engine_name):
    pages = [pair for pair in first_of_each_kind(app, town) if pair[0].method == "GET"]
    for row, username, odds in in_turn(pages, engine_name, 24):
        path = row.filled_in(town.names)[0].partition("?")[0]
        for odd in odds:
            query = "&".join(f"{name}={odd[:LONGEST]}" for name in PARAMETERS)
            answer = answer_of(town.callers[username], "GET", f"{path}?{query}")
            assert answer.status_code < 500, (path, odd)
            assert b"<script>" not in answer.data, (path, odd)
