"""What is sent with a form: fields not its own, text meant to become something else, bytes that are no text."""

import re
from contextlib import contextmanager
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from models.base import Base, db
from models.directory import ImportBatch
from tests.guest import said
from tests.security import matrix
from tests.security.caller import Upload, code_of
from tests.security.forms import FORMS, TEXT, filled_in
from tests.security.matrix import ANYBODY, WHO
from tests.shared import ENGINES_TRIED, some

pytestmark = pytest.mark.shares_rows
# What templates and the reading of forms do is the same whatever the rows lie in.
WHATEVER_THE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")

TAKEN = ("302", "in", "200")
# Drawn anew each time: numbers, keys, and everything that is reckoned from them or from the running machine.
DRAWN = {
    "number", "tail", "body", "prev", "hash", "salt", "digest", "key", "token_hash", "public_id", "stored_name", "tags",
    "form_key", "body_digest", "target", "dedup_key", "password_hash", "code_hash", "key_hash",
    "binding_hash", "device_hash", "sealed_secret",
}
DRAWN_THERE = {("deliveries", "words"), ("follow_up_plans", "seed")}  # the code; the key of a draw
BY_TYPE = {
    sa.Boolean: "y", sa.Integer: "7", sa.BigInteger: "7", sa.SmallInteger: "3", sa.Date: "2001-02-03",
    sa.DateTime: "2001-02-03T04:05", sa.JSON: "{}",
}
WRITING = re.compile(r'\b(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
# Short enough for a subject.
EVIL = (
    "\"'><evil-tag></evil-tag><img src=x onerror=evil()></textarea></title></script>{{1234*4321}}",
    "javascript:evil() \u202egnp.exe \u2066x\u2069 \ufeff\u200b\U0001f469\u200d\U0001f4bb &lt;evil-tag> &#60;b",
)
TYPED = ("a\x00b", "\ud800\udcff", "z" * 10_000, "\u0301" * 500, "=1+1 %s%n \U0010ffff")
FORGED = (
    "", "\x00", "\r\n\r\n", "１２", "9999999999999999999999", "-9999999999999999999999", "1e999", "NaN", "../etc/passwd",
)
NO_FORM = (
    (b"", "application/x-www-form-urlencoded"), (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
    (b"csrf_token=%FF%FE&words=%ED%A0%80", "application/x-www-form-urlencoded; charset=utf-16"),
    (b"{}", "application/json"), (b"<a/>", "text/xml"), (b"--x\r\n", "multipart/form-data; boundary=x"),
    (b"--x\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    (b"--x--", "multipart/form-data"), (b"&" * 3000, "application/x-www-form-urlencoded"),
    (b"a=1&" * 3000, "application/x-www-form-urlencoded"), (b"x" * 300_000, "application/x-www-form-urlencoded"),
    (b"words=" + b"x" * 300_000, "application/x-www-form-urlencoded"),
)


@pytest.fixture(autouse=True)
def as_built(town):
    yield
    town.restore()


def columns_as_fields():
    """A field for every column there is, each with a value that its column would take."""
    found = {}
    for table in Base.metadata.tables.values():
        for column in table.columns:
            kind = next((value for known, value in BY_TYPE.items() if isinstance(column.type, known)), "evil")
            found[column.name] = column.type.enums[-1] if isinstance(column.type, sa.Enum) else kind
    return found | {name.removesuffix("_id"): value for name, value in found.items() if name.endswith("_id")}


def names_in(caller, form, town):
    """Every name on the page of a form: what may be filled in there."""
    page = caller.page((form.page or form.path).format(**town))
    return set(re.findall(r'name="([^"]+)"', page.html))


def in_turn(engine_name):
    """The forms with their places: a usual run sends a third on SQLite, a sixth on PostgreSQL, a drill all on both."""
    forms = list(enumerate(FORMS))
    return some(forms, 6, place=1) if engine_name == "postgresql" else some(forms, 3)


@contextmanager
def watching_tables():
    """The names of the tables that are written to meanwhile, whatever becomes of it."""
    written = set()

    def note(_connection, _cursor, statement, *_):
        written.update(Base.metadata.tables.keys() & WRITING.findall(statement))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield written
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def contents(names=Base.metadata.tables):
    """Every row of these tables, less what is drawn anew each time."""
    db.session.rollback()
    rows = {}
    with db.engine.connect() as connection:
        for name in names:
            table = Base.metadata.tables[name]
            drawn = DRAWN | {column for place, column in DRAWN_THERE if place == name}
            kept = ", ".join(f'"{column.name}"' for column in table.columns if column.name not in drawn)
            rows[name] = sorted(repr(tuple(row)) for row in connection.exec_driver_sql(f'SELECT {kept} FROM "{name}"'))
    return rows


@pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")
def test_a_form_changes_its_own_fields_and_nothing_else(app, town):
    everything, changed = columns_as_fields(), {}
    for form in some(FORMS, 3):
        caller = town.callers[form.username]
        path, fields = filled_in(caller, form, town.names)
        own = names_in(caller, form, town.names)
        outcomes = []
        strange = {name: value for name, value in everything.items() if name not in own}
        if any(isinstance(value, Upload) for value in fields.values()):  # which may have 200 parts
            strange = {name: strange[name] for name in ImportBatch.__table__.columns.keys() if name in strange}
        for more in ({}, strange):
            with watching_tables() as written:
                answer = caller.asks("POST", path, more | fields)
            outcomes.append(contents(sorted(written)))
            assert code_of(answer) in TAKEN or form.username == ANYBODY, (path, code_of(answer))
            town.restore()
        one, other = outcomes
        differing = [name for name in one.keys() | other.keys() if one.get(name) != other.get(name)]
        if differing:
            changed[form.path] = differing

    assert changed == {}


class Scan(HTMLParser):
    """What of a page is alive."""

    def __init__(self, page):
        super().__init__()
        self.alive = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag in ("evil-tag", "iframe", "object", "embed", "base") or (tag == "script" and "src" not in dict(attrs)):
            self.alive.append(tag)
        for name, value in attrs:
            address = re.sub(r"\s", "", value or "").lower()
            leads_on = name in ("href", "src", "action", "formaction") and address.startswith("javascript:")
            if name.startswith("on") or name == "style" or leads_on:
                self.alive.append(f"{tag} {name}={value}")


@WHATEVER_THE_ENGINE
@pytest.mark.parametrize("evil", some(EVIL, 2), ids=some(["markup", "signs"], 2))
def test_what_somebody_typed_is_text_on_every_page(app, town, evil):
    for form in FORMS:
        caller = town.callers[form.username]
        path, fields = filled_in(caller, form, town.names)
        typed = {name: fields[name].replace(TEXT, evil) for name in form.texts}
        answer = caller.asks("POST", path, fields | typed)
        assert_dead(answer, path)

    shown = sum(assert_dead(answer, path) for answer, path in pages_of_everybody(town))
    assert shown > 20, "hardly anything of what was typed is shown anywhere: this test looks in the wrong places"


def pages_of_everybody(town):
    """Each page as some see it, and a ticket's tabs: those who may see a page change from row to row."""
    for place, row in enumerate(some([row for row in matrix.rows() if row.method == "GET"], 2)):
        path = row.filled_in(town.names)[0]
        seers = [username for username in WHO if row.codes[username] == "200" and not path.startswith("/static")]
        for username in some(seers, 6, place=place) or seers[:1]:
            yield town.callers[username].asks("GET", path), path
    for username in WHO:
        for name in ("handling", "closed", "replied", "unsigned") if username in ("wujie", "hening") else ():
            for tab in ("demand", "files", "work", "orders", "outcome"):
                path = f"/tickets/{town.names[name]}?tab={tab}"
                yield town.callers[username].asks("GET", path), path


def assert_dead(answer, path):
    """Nothing on the page is alive, and it did not break; answers whether the page shows what was typed."""
    assert answer.status_code < 500, path
    if answer.mimetype != "text/html":
        answer.close()
        return False
    assert Scan(answer.text).alive == [], path
    assert "5332114" not in answer.text, path
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\ufeff]", answer.text), path
    return "evil" in said(answer)


def test_no_text_breaks_a_form(app, town, engine_name):
    for place, form in in_turn(engine_name):
        caller = town.callers[form.username]
        path, fields = filled_in(caller, form, town.names)
        typed = [(form.texts, odd) for odd in TYPED if form.texts]
        for names, odd in typed + [(fields.keys() - {"csrf_token"}, odd) for odd in some(FORGED, 3, place=place)]:
            body = urlencode(fields | dict.fromkeys(names, odd), errors="surrogatepass")
            answer = caller.asks("POST", path, data=body, content_type="application/x-www-form-urlencoded")
            assert answer.status_code < 500, (path, odd[:20])
        town.restore()


@WHATEVER_THE_ENGINE
def test_a_body_that_is_no_form_breaks_nothing(app, town):
    for offset, form in enumerate(FORMS):
        caller = town.callers[form.username]
        path = form.path.format(**town.names)
        for place, (body, kind) in enumerate(some(NO_FORM, 6, place=offset)):
            headers = {"X-CSRFToken": caller.token} if place % 4 else {}
            answer = caller.asks("POST", path, data=body, content_type=kind, headers=headers)
            assert answer.status_code < 500, (path, body[:20], kind)
        town.restore()


@WHATEVER_THE_ENGINE
def test_a_form_without_its_token_does_nothing_and_comes_back_filled_in(app, town):
    before = contents()
    for form in FORMS:
        caller = town.callers[form.username]
        path, fields = filled_in(caller, form, town.names)
        typed = {name: fields[name].replace(TEXT, "写了半天的话") for name in form.texts
                 if not isinstance(fields[name], Upload)}  # no page can print a file again
        without = {name: value for name, value in (fields | typed).items() if not name.endswith("csrf_token")}
        answer = caller.asks("POST", path, data=without)
        assert answer.status_code == 302, path
        if typed and not form.page and form.username != ANYBODY:
            assert "写了半天的话" in caller.client.get(answer.headers["Location"]).text, path
    kept = {name: rows for name, rows in contents().items() if name != "kept_forms"}

    assert kept == {name: rows for name, rows in before.items() if name != "kept_forms"}
