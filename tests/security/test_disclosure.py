"""What must not be seen: numbers in the log, internal notes and phones at the enterprise, who rated anonymously."""

import json
import logging
import re
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from models import clock
from models.access import MemberRole, Post, Role, User
from models.base import db
from models.log import Event, EventWords
from models.notices import Notice
from models.ratings import Grade, Rating
from models.tickets import Ticket
from operations import notices
from operations.access.people import actor_named
from operations.ratings import additions, desk
from operations.ratings.additions import Addition
from operations.ratings.opinions import Opinion
from operations.tickets import aftercare
from tests.guest import said
from tests.security import matrix
from tests.security.forms import FORMS, TEXT, filled_in
from tests.security.town import INTERNAL, NOW, PHONE
from tests.shared import ENGINES_TRIED, some

pytestmark = pytest.mark.shares_rows

FRESH = re.compile(r'\d+ 秒前')
CANARY, IDENTITY, CODE = "13912340099", "210302199001011234", "91990102MA0001XY8X"
# An anonymous grade and its words are kept from whoever had to do with the work; the person from everybody.
AT_WORK = ("liumin", "chenjing", "zhoujian", "sunyue")
ABOVE = ("wujie", "tangyi", "hening", "luoshizhang", "qianwei")
OFFICERS = {"chenjing": "13655550001", "zhoujian": "13655550002", "wujie": "13655550003", "liumin": "13655550004"}


@pytest.fixture(autouse=True)
def as_built(town):
    for username, phone in OFFICERS.items():
        db.session.execute(update(User).where(User.username == username).values(phone=phone))
    db.session.commit()
    yield
    town.restore()


# What is printed for the bearer of a link or of a plate, whoever that is.
FOR_ITS_BEARER = ("/static", "/attachments", "/r/", "/c/", "/join/", "/e/")


def pages_of(town, username):
    for row in matrix.rows():
        path = row.filled_in(town.names)[0]
        is_page = row.method == "GET" and not path.startswith(FOR_ITS_BEARER)
        answer = town.callers[username].asks("GET", path) if is_page and row.codes[username] == "200" else None
        if answer and answer.mimetype in ("text/html", "application/json"):  # papers have tests of their own
            yield path, answer


@pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")  # the lines know no engine
def test_no_number_and_nothing_typed_gets_into_the_log_lines_or_the_sealed_text(app, town, lines):
    typed = f"请打 {CANARY} 或 138-0000-2607，身份证 {IDENTITY}，口令 Geheim-4711"
    for form in FORMS:
        caller = town.callers[form.username]
        path, fields = filled_in(caller, form, town.names)
        written = {name: fields[name].replace(TEXT, typed) for name in form.texts}
        caller.asks("POST", path, fields | written | {"contact_phone": CANARY})
        caller.asks("GET", f"/search?q={CANARY}")
    logging.getLogger("anything").error("phone %s, identity %s, code %s", CANARY, IDENTITY, CODE)
    told = lines.getvalue()
    bodies = "\n".join(db.session.scalars(select(Event.body)))

    assert told.count('"rule"') > len(FORMS) and "phone ***, identity ***, code ***" in told
    secrets = (CANARY, IDENTITY, "Geheim-4711", "身份证", "Yunzhou-2026", town.names["link"], CODE, "138-0000")
    assert [secret for secret in secrets if secret in told] == []
    assert [body for body in bodies.splitlines() if any(secret in body for secret in secrets)] == []
    assert any(CANARY in words for words in db.session.scalars(select(EventWords.words)))


@pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")  # the lines know no engine
def test_the_log_lines_name_the_rule_and_not_the_address(app, town, lines):
    town.callers["-"].asks("GET", f"/r/{town.names['link']}?x={CANARY}")
    told = [json.loads(line) for line in lines.getvalue().splitlines()]

    assert [line["rule"] for line in told if "rule" in line] == ["/r/<token>"]


def test_the_enterprise_sees_no_internal_note_no_internal_file_and_no_officers_phone(app, town):
    seen = 0
    for username in ("hengzha", "hongda", "-"):
        for path, answer in pages_of(town, username):
            seen += "请尽快" in answer.text
            for hidden in (INTERNAL, "内部测算.pdf", town.names["file_internal"], *(
                phone for name, phone in OFFICERS.items() if name != "liumin"
            )):
                assert hidden not in answer.text, (username, path, hidden)
    assert seen, "the enterprise does not even see its own message: this test looks in the wrong places"


def test_officials_do_see_the_internal_note(app, town):
    assert INTERNAL in town.callers["chenjing"].page(f"/tickets/{town.names['handling']}").words


def test_no_other_enterprise_shows_on_an_enterprises_pages(app, town):
    for username, foreign in (("hengzha", "宏达"), ("hongda", "恒轧")):
        for path, answer in pages_of(town, username):
            assert foreign not in answer.text, (username, path)


def test_administrators_see_no_business(app, town):
    for username in ("admin", "security", "newcomer"):
        for path, answer in pages_of(town, username):
            for business in ("送电一直没有消息", "恒轧", PHONE, INTERNAL, "园区道路"):
                assert business not in answer.text, (username, path)


def test_no_page_names_who_rated_anonymously(app, town):
    number = town.names["followed"]
    caller, path = town.callers["hengzha"], f"/my/tickets/{number}/rate"
    fields = caller.form(path) | {"grade": "very_dissatisfied", "tags": "其他", "words": "推来推去三个月", "named": "no"}
    assert caller.asks("POST", path, fields).status_code == 302
    anonymous = select(Rating).where(Rating.is_anonymous.is_(True), Rating.ticket_id.is_not(None))
    rating = db.session.scalars(anonymous).one()
    user_id = db.session.scalars(select(User.id).where(User.username == "hengzha")).one()
    rated = db.session.scalars(select(Event).where(Event.action == "rate_unseen")).one()

    assert (rating.rated_by_id, rated.actor_id, rated.post_id) == (None, None, None)
    assert f'"actor":{user_id}' not in rated.body and '"actor":null' in rated.body
    for username in AT_WORK + ABOVE:
        for path in (f"/tickets/{number}", f"/tickets/{number}?tab=outcome", "/notices", "/desk", "/work", "/tickets"):
            page = said(town.callers[username].asks("GET", path))
            assert "孙伟　平台" not in page and "匿名　孙伟" not in page, (username, path)
            if username in AT_WORK:
                assert "推来推去三个月" not in page and "非常不满意" not in page, (username, path)
    for notice in db.session.scalars(select(Notice)):
        assert "推来推去三个月" not in notice.words and "非常不满意" not in notice.subject


# Where somebody who handled it would see a status, a figure, a filter or a message change.
WATCHED = ("/tickets", "/tickets?view=closed", "/tickets?view=all&status=followed_up", "/tickets?count=1", "/notices",
           "/work", "/desk", "/enterprises/{enterprise}", "/enterprises/{enterprise}?tab=timeline",
           "/tickets/{followed}", "/tickets/{followed}?tab=outcome", "/rectifications", "/search?q={followed}")


def watched(town):
    """What the people at work see of it all, without what is new on every page."""
    return {
        (username, path): FRESH.sub("", said(town.callers[username].asks("GET", path.format(**town.names))))
        for username in AT_WORK for path in WATCHED
    }


@pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")  # the pages know no engine
def test_nothing_at_all_changes_for_those_at_work_when_an_anonymous_rating_comes(app, town):
    """Neither status nor figure nor filter nor message: not even that it came, nor when. A named one does change it."""
    for is_anonymous in (True, False):
        with clock.standing_at(NOW):
            notices.deliver()
        before = watched(town)
        ticket = db.session.scalars(select(Ticket).where(Ticket.number == town.names["followed"])).one()
        opinion = Opinion(Grade.VERY_DISSATISFIED, ("其他",), "推来推去", is_anonymous=is_anonymous)
        with clock.standing_at(NOW):
            given = aftercare.rate(ticket, actor=actor_named("hengzha"), opinion=opinion)
            if is_anonymous:
                additions.add_by_link(given.token, addition=Addition("还是没有办"))
            notices.deliver()
        after = watched(town)
        changed = [place for place, words in after.items() if words != before[place]]
        assert bool(changed) is not is_anonymous, changed
        town.restore()


RATER, RATERS_PHONE, SAID, ADDED = "林雀儿", "13912340077", "金丝雀说了这些", "金丝雀又补了一句"


@pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")  # the pages know no engine
def test_whoever_rates_anonymously_is_nowhere_that_the_rated_unit_comes(app, town, lines):
    """By the platform and by a desk's code, with what was added later: every page, export and search of the unit."""
    with clock.standing_at(NOW):
        rater = a_member_of(town.names["enterprise"])
        ticket = db.session.scalars(select(Ticket).where(Ticket.number == town.names["followed"])).one()
        opinion = Opinion(Grade.VERY_DISSATISFIED, ("其他",), SAID, is_anonymous=True)
        given = aftercare.rate(ticket, actor=rater, opinion=opinion)
        additions.add_by_link(given.token, addition=Addition(ADDED))
        desk.rate(town.names["desk"], number="A002", opinion=replace(opinion, tags=("其他",)))
    for username in some(("chenjing", "liumin", "zhoujian", "sunyue"), 2):
        secrets = (RATER, RATERS_PHONE, SAID, ADDED) if username != "liumin" else (SAID, ADDED)
        searched = [(path, town.callers[username].asks("GET", path)) for path in
                    (f"/search?q={RATER}", f"/search?q={SAID}", f"/tickets?q={SAID}")]
        for path, answer in [*pages_of(town, username), *searched]:
            told = answer.text.replace(f'value="{RATER}"', "").replace(f'value="{SAID}"', "")
            assert [one for one in secrets if one in told and one not in path] == [], (username, path)
    page = town.callers["wujie"].page(f"/tickets/{ticket.number}?tab=outcome").words
    assert SAID in page, "nobody at all sees what was said: this test looks in the wrong places"
    kept = [*db.session.scalars(select(Event.body).where(Event.action.in_(("rate", "add_to_rating"))))]
    kept += db.session.scalars(select(EventWords.words)).all() + db.session.scalars(select(Notice.words)).all()
    assert [one for one in kept if f'"actor":{rater.user_id}' in one or SAID in one or ADDED in one] == []
    assert not any(one in lines.getvalue() for one in (RATER, RATERS_PHONE, SAID, ADDED))


def a_member_of(enterprise_id):
    """Another member of the enterprise, whom nobody at the unit has ever met."""
    user = User(username="canary", name=RATER, phone=RATERS_PHONE, password_hash="-")
    db.session.add(user)
    db.session.flush()
    db.session.add(Post(user_id=user.id, role=Role.ENTERPRISE_MEMBER, enterprise_id=enterprise_id, started_at=NOW,
                        member_role=MemberRole.AGENT))
    db.session.commit()
    return actor_named("canary")
