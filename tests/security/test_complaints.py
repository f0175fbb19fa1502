"""投诉、举报: nothing of one comes to the unit it is about, whatever post its people hold (信访工作条例 第三十条)."""

import re

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.directory import Steward, Stewardship, StewardshipKind
from models.notices import Notice
from models.refusals import RefusalKind
from models.tickets import AccusedUnit, Difficulty, OrderRole, ProposalKind, Status, TicketKind, UnitOrder
from operations import notices
from operations.access.people import actor_named
from operations.clocks.calendar import Limit
from operations.errors import NotAllowed, Refused
from operations.insight import desk, enterprise_list, glance, inbox
from operations.insight.enterprise_filter import EnterpriseFilter
from operations.supervision import refusals, supervision
from operations.supervision.refusal_checks import Case
from operations.tickets import accused, conversation, coordination, intake, suggesting
from tests.conftest import SettledCity
from tests.eventful import upload
from tests.guest import printed, said
from tests.lives import FINANCE, LAND, POWER, START, Life
from tests.security import matrix
from tests.security.town import ABSENT, NOW, UNTIL
from tests.security.words import words_of
from tests.shared import ENGINES_TRIED, every
from tests.views.counting import statements
from tests.views.guest import Page

pytestmark = pytest.mark.shares_rows
ONE_ENGINE = pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")

CANARY, CALLER, PHONE = "金丝雀", "雀联系人", "13912340066"
# Every post there is, held in the unit that is complained of; a page that the scope of one lets through shows it.
POSTS = (Role.STEWARD, Role.UNIT_LEADER, Role.CLERK, Role.SUPERVISOR, Role.LEADER, Role.DISCIPLINE_OBSERVER,
         Role.REGISTRAR)
INSIDER = "chenjing"
# Where the unit would read of the ticket were it about anybody else.
TELLING = (
    "/desk", "/enterprises/{enterprise}", "/enterprises/{enterprise}?tab=timeline", "/tickets", "/tickets/{handling}",
    "/tickets/{handling}?tab=outcome", "/tickets/{handling}/remind", "/refusals", "/refusals/{refusal}",
    "/refusals/{refusal}/form.pdf", "/rulings/cases/{handling}", "/suggestions", "/measures/new?ticket={handling}",
    "/registers/extensions", "/registers/instructions", "/supervisions/{order}", "/watch", "/watch?order={order}",
    "/watch/supervise?pick={order}", "/brief", "/handovers/{handover}", "/letters", "/attachments/{file}",
)
EXPORTS = ("/watch/export", "/refusals/export", "/registers/instructions/export", "/suggestions/export")
SEARCHES = tuple(f"{path}{word}" for word in (CANARY, PHONE)
                 for path in ("/search?q=", "/tickets?view=all&q=", "/suggestions/search?q="))


def insiders(city):
    """chenjing of the power company, given every other post in it, and the enterprise to look after."""
    user, unit = city.users[INSIDER], city.organisations[POWER]
    for role in POSTS:
        db.session.add(Post(user_id=user.id, role=role, organisation_id=unit.id, started_at=START, rank=9))
    db.session.add(Stewardship(enterprise_id=city.enterprises["恒轧机械"].id, steward_id=user.id, started_at=START,
                               ended_at=NOW.replace(year=2030), kind=StewardshipKind.SUBSTITUTE, reason="备岗"))
    db.session.commit()


def complained(city):
    """A complaint about the power company to which much has happened, and the ids of what it left behind."""
    life = Life(city)
    with life.here():
        files = [upload("hengzha", f"{CANARY}录音.pdf", draft="canary")]
        demand = intake.Demand(
            city.enterprises["恒轧机械"], f"{CANARY}营业厅吃拿卡要", f"{CANARY}收了红包", kind=TicketKind.COMPLAINT,
            category="水电气暖", attachments=files, contact_name=CALLER, contact_phone=PHONE,
            accused=city.organisations[POWER],
        )
        life.ticket = intake.submit(demand, actor=actor_named("hengzha"))
    life.accept().dispatch(LAND, assisting=[FINANCE], by="wujie").sign(by="litao")
    life.does(conversation.note, "litao", words=f"{CANARY}备注")
    life.does(conversation.message, "hengzha", words=f"{CANARY}留言")
    life.does(conversation.instruct, "luoshizhang", words=f"{CANARY}批示", limit=Limit.parse("3d"))
    order = life.does(supervision.supervise, "wujie", reason=f"{CANARY}督办")
    proposal = life.propose(ProposalKind.EXTENSION, by="litao", until=UNTIL, basis=f"{CANARY}延期")
    said = Case(RefusalKind.OTHER, f"{CANARY}不在职责内。", "第三条", "无")
    refusal = life.does(refusals.report, "litao", case=said)
    with clock.standing_at(NOW):
        notices.deliver()
    return life, {"order": order.id, "order_answered": order.id, "refusal": refusal.id, "refusal_more": refusal.id,
                  "file": files[0].public_id, "proposal": proposal.id, "proposal_clerk": proposal.id,
                  "proposal_supervisor": proposal.id}


@pytest.fixture(autouse=True)
def as_built(town):
    yield
    town.restore()


def pages(town, names):
    """Every address that is only read, with what the complaint left behind in its place; a usual run asks a part."""
    known = town.names | dict.fromkeys(matrix.NUMBERS, names["number"]) | names
    found = {row.path: row.filled_in(known)[0] for row in matrix.rows() if row.method == "GET"}
    rest = [path for form, path in found.items() if form not in TELLING and not path.startswith(("/static", "/logout"))]
    return [*(form.format(**known) for form in TELLING), *rest[:: every(12)], *SEARCHES]


def told(town, username, paths):
    """Which of these say something of the complaint; a box says again what was typed into it."""
    found = []
    for path in paths:
        words, asked = words_of(town.callers[username].asks("GET", path)), path.partition("q=")[2]
        if any(secret in words for secret in (CANARY, CALLER, PHONE) if secret != asked):
            found.append(path)
    return found


def sheets(town, username):
    """What every list gives to be taken along."""
    for path in EXPORTS:
        yield path, words_of(town.callers[username].asks("POST", path))


@ONE_ENGINE
def test_nothing_of_a_complaint_is_told_to_the_unit_it_is_about(app, town, lines):
    """One person with every post in the unit: each page, search, sheet, paper and message, and the log of the site."""
    city = SettledCity()
    insiders(city)
    life, names = complained(city)
    names["number"] = life.ticket.number
    paths, handled = pages(town, names), str(life.ticket.number)
    lines.truncate(0)

    assert told(town, INSIDER, paths) == []
    assert [path for path, words in sheets(town, INSIDER) if CANARY in words or handled in words] == []
    assert not any(CANARY in one.notice.subject + one.notice.words for one in inbox.newest(actor_named(INSIDER), 50))
    assert not any(secret in lines.getvalue() for secret in (CANARY, CALLER, PHONE))

    called_back(life)
    usual = [form.format(**(town.names | dict.fromkeys(matrix.NUMBERS, handled) | names)) for form in TELLING]
    silent = set(usual) - set(told(town, INSIDER, usual))
    assert silent == set(), "the unit would not see these anyway: this test looks in the wrong places"
    assert sum(handled in words or CANARY in words for _, words in sheets(town, INSIDER)) > 1


def called_back(life):
    """It was not about the power company after all: everything comes back at once."""
    rows = update(AccusedUnit).where(AccusedUnit.ticket_id == life.ticket.id)
    db.session.execute(rows.values(ended_at=NOW, ended_by_id=life.city.users["wujie"].id, reason="更正"))
    db.session.commit()
    with clock.standing_at(NOW):
        notices.deliver()


@ONE_ENGINE
def test_the_enterprise_and_who_handles_it_see_it_as_ever(app, town):
    life, _ = complained(SettledCity())
    for username, path in (("hengzha", "/my/tickets/"), ("litao", "/tickets/"), ("wujie", "/tickets/"),
                           ("liumin", "/tickets/"), ("qianwei", "/tickets/")):
        assert told(town, username, [f"{path}{life.ticket.number}"]), username


@ONE_ENGINE
def test_who_is_named_later_loses_it_at_once_and_its_messages_too(app, town):
    city = SettledCity()
    life = Life(city).submit(TicketKind.REPORT, f"{CANARY}举报").accept()
    with clock.standing_at(NOW):
        notices.deliver()
    street, mine = city.organisations["城东街道办事处"], f"/tickets/{life.ticket.number}"
    assert told(town, "liumin", [mine, "/notices", "/desk"]) == [mine, "/notices", "/desk"]
    life.does(accused.name, "wujie", unit=street)

    assert told(town, "liumin", [mine, "/notices", "/desk"]) == []
    assert glance.of(actor_named("liumin")).unread == notices_of("liumin") - 1
    assert told(town, "hengzha", [f"/my{mine}"])
    row = accused.of_ticket(life.ticket)[0]
    life.does(accused.end, "wujie", accused_id=row.id, reason="说的是另一个街道")
    assert told(town, "liumin", [mine]) == [mine]


def notices_of(username):
    user_id = actor_named(username).user_id
    return db.session.scalar(select(func.count()).where(Notice.user_id == user_id, Notice.delivered_at.is_not(None)))


@ONE_ENGINE
def test_a_steward_of_the_unit_or_registered_by_it_is_not_told_and_the_centre_is(app, town):
    city = SettledCity()
    db.session.add(Steward(user_id=city.users["liumin"].id, owner_unit_id=city.organisations[POWER].id))
    db.session.commit()
    life = Life(city).submit(TicketKind.COMPLAINT, f"{CANARY}投诉", accused=city.organisations[POWER])
    asked = select(User.username).join(Notice, Notice.user_id == User.id).where(Notice.ticket_id == life.ticket.id)

    assert set(db.session.scalars(asked)) == {"wujie", "xuhui", "tangyi"}
    assert told(town, "liumin", [f"/tickets/{life.ticket.number}", "/desk"]) == []
    with pytest.raises(NotAllowed):
        life.accept()
    assert told(town, "wujie", ["/dispatch?queue=untaken"]), "nobody takes it in: it waits for the centre at once"
    with pytest.raises(Refused, match="回避"):
        submitted_by("liumin", city)


def submitted_by(username, city):
    demand = intake.Demand(city.enterprises["恒轧机械"], "代提", "代提投诉", kind=TicketKind.COMPLAINT,
                           accused=city.organisations[POWER])
    return intake.submit(demand, actor=actor_named(username))


@ONE_ENGINE
def test_it_is_neither_dispatched_nor_offered_to_the_unit_nor_to_one_below_it(app, town):
    city = SettledCity()
    housing, part = city.organisations["云州市住房和城乡建设局"], city.organisations["云州市住建局市政科"]
    life = Life(city).submit(TicketKind.COMPLAINT, "窗口态度差", accused=part).accept()
    assert [one.house_id for one in db.session.scalars(select(AccusedUnit))] == [housing.id]
    for lead, assisting in ((housing, ()), (part, ()), (city.organisations[LAND], (housing,))):
        with pytest.raises(Refused, match="回避"):
            life.does(coordination.dispatch, "wujie", lead=lead, assisting=assisting, basis="职责")
    life.dispatch(LAND, by="wujie")
    with pytest.raises(Refused, match="回避"):
        life.does(coordination.transfer, "wujie", lead=housing, reason="转回去")
    with pytest.raises(Refused, match="派单之前"):
        life.does(accused.name, "wujie", unit=city.organisations[LAND])
    assert "须回避" in town.callers["wujie"].page(f"/tickets/{life.ticket.number}").words


@ONE_ENGINE
def test_what_is_kept_looks_and_costs_as_what_is_not_there(app, town):
    """The same page less the number that was asked for, by the same number of statements."""
    life = Life(SettledCity()).submit(TicketKind.COMPLAINT, "停电", accused=SettledCity().organisations[POWER])
    asked = {}
    for number in (life.ticket.number, ABSENT["ticket"]):
        for path in (f"/tickets/{number}", f"/tickets/{number}/note", f"/search?q={number}", f"/tickets?q={number}"):
            with statements() as seen:
                answer = town.callers[INSIDER].asks("GET", path)
            without = re.sub(r"[0-9a-f]{16}", "", printed(answer)).replace(number, "")
            asked.setdefault(path.replace(number, ""), []).append((answer.status_code, without, len(seen)))
    assert [path for path, (kept, absent) in asked.items() if kept != absent] == []


@ONE_ENGINE
def test_the_catalogue_offers_another(app, town):
    life = Life(SettledCity()).submit(TicketKind.COMPLAINT, "停电", accused=SettledCity().organisations[POWER])
    life.does(intake.accept, "wujie", category="水电气暖", difficulty=Difficulty.ORDINARY)
    offered = suggesting.offers(life.ticket)
    assert [offer.objection for offer in offered if offer.unit.name == POWER] == [accused.AVOIDED]
    assert suggesting.best(life.ticket) is None or suggesting.best(life.ticket).unit.name != POWER


@pytest.mark.parametrize("engine_name", ("sqlite", "postgresql"), indirect=True, scope="session")
def test_the_database_says_so_as_well(app, town):
    city = SettledCity()
    life = Life(city).submit(TicketKind.COMPLAINT, "停电", accused=city.organisations[POWER])
    order = {"ticket_id": life.ticket.id, "round": 1, "unit_id": city.organisations[POWER].id, "role": OrderRole.LEAD,
             "basis": "", "report": "", "ordered_at": NOW}
    named = {"ticket_id": int(life.ticket.id), "unit_id": city.organisations[LAND].id, "reason": "", "named_at": NOW}
    help_wanted = Life(city).submit().ticket.id
    refused = (
        (UnitOrder, order, "not given to whom it is about"),
        (AccusedUnit, named | {"house_id": city.organisations[POWER].id}, "lies in another house"),
        (AccusedUnit, named | {"house_id": city.organisations[LAND].id, "ticket_id": help_wanted}, "only a complaint"),
    )
    for table, row, words in refused:
        with pytest.raises(DBAPIError, match=words):
            db.session.execute(insert(table).values(row))
        db.session.rollback()
    life.accept().dispatch(LAND, by="wujie")
    with pytest.raises(DBAPIError, match="holds an order"):
        db.session.execute(insert(AccusedUnit).values(named | {"house_id": city.organisations[LAND].id}))
    db.session.rollback()
    with pytest.raises(DBAPIError):
        db.session.execute(delete(AccusedUnit))


@ONE_ENGINE
def test_work_that_begins_anew_goes_to_somebody_else_when_its_unit_was_named(app, town):
    city = SettledCity()
    life = Life(city).submit(TicketKind.COMPLAINT, "态度差").accept().dispatch(LAND).send_back("litao", "gaofeng")
    life.does(accused.name, "wujie", unit=city.organisations[LAND])
    life.dispatch(FINANCE, by="wujie").result(officer="sunyue", leader="maliang").reply()
    life.call(is_solved=False, is_satisfied=False)
    assert (life.ticket.status, life.ticket.lead_unit.name) == (Status.HANDLING, FINANCE)
    assert told(town, "litao", [f"/tickets/{life.ticket.number}", "/returns", "/work"]) == []


@ONE_ENGINE
def test_an_enterprise_says_whom_it_complains_of_and_reads_that_it_is_kept_from_them(app, town):
    caller = town.callers["hengzha"]
    started = caller.asks("POST", "/my/tickets/new/1", caller.form("/my/tickets/new/1") | {
        "kind": "complaint", "category": "水电气暖"})
    step2 = started.headers["Location"]
    wrong = caller.form(step2) | {"subject": "吃拿卡要", "content": "收了红包", "accused": "没有的单位", "urgency": "ordinary"}
    assert "没有找到单位" in Page(caller.asks("POST", step2, wrong)).words
    step3 = caller.asks("POST", step2, wrong | {"accused": POWER}).headers["Location"]
    caller.asks("POST", step3, caller.form(step3) | {"contact_name": "孙伟", "contact_phone": PHONE})
    check = step3.replace("/3?", "/check?")
    assert "看不到这件诉求" in caller.page(check).words and POWER in caller.page(check).words
    done = caller.asks("POST", check, caller.form(check)).headers["Location"]
    number = done.rpartition("=")[2]
    assert f"{POWER}。该单位及其人员看不到这件诉求" in said(caller.asks("GET", f"/my/tickets/{number}"))
    assert "投诉或举报的单位" not in caller.page("/my/tickets/new/2?draft=" + town.names["draft"]).words


@ONE_ENGINE
def test_an_enterprise_does_not_stand_among_those_with_open_demands_for_a_complaint_alone(city):
    """Where it stands in a list would tell the steward as much as the complaint itself."""
    life, steward = Life(city).submit(TicketKind.REPORT).accept(), actor_named("liumin")
    with life.here():
        assert enterprise_list.count(steward, EnterpriseFilter(), tab="open") == 1
        assert [firm.open_count for firm in desk.firms(steward, tab="open").rows] == [1]
        life.does(accused.name, "wujie", unit=city.organisations["城东街道办事处"])

        assert enterprise_list.count(steward, EnterpriseFilter(), tab="open") == 0
        assert desk.firms(steward, tab="open").rows == []
