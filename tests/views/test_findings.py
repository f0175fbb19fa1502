"""监督发现: a special observer files one, it counts for the quarter, an office answers it; nothing else is theirs."""

import re

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.engagement import Finding, FindingKind, Obligation
from models.log import Event
from models.notices import Notice
from models.tickets import Channel, Ticket
from operations.access.people import actor_named
from operations.engagement import findings
from operations.engagement.cadence import sweeping
from operations.errors import NotAllowed, Refused
from tests.lives import START
from tests.security import matrix

WORDS = "在大厅看到同一份用地证明要交两遍，窗口说不清依据。"
ALLOWED = ("/findings", "/visits", "/cadence")


@pytest.fixture
def observer(city):
    """顾岚, appointed by the city's supervision office."""
    unit = city.organisations["云州市营商环境建设局"]
    user = User(username="gulan", name="顾岚", phone="13900018888")
    db.session.add(user)
    db.session.flush()
    db.session.add(Post(user_id=user.id, role=Role.SPECIAL_OBSERVER, organisation_id=unit.id, region_id=unit.region_id,
                        started_at=START))
    db.session.commit()
    with clock.standing_at(START):
        yield user


def file(person, **changes):
    page = person.opens("/findings/new")
    return person.sends(page, index=next(n for n, form in enumerate(page.forms) if "/findings/new" in form["action"]),
                        **({"kind": "approval", "unit": "市自然资源局", "words": WORDS} | changes))


def told(username):
    return list(db.session.scalars(select(Notice.subject).where(Notice.user_id == actor_named(username).user_id)))


def test_a_finding_counts_for_the_quarter_and_is_answered(guest, observer):
    sweeping.sweep()
    person = guest("gulan")
    assert person.opens("/").leads_to == "/findings" and "还没有提交过" in person.opens("/findings").words
    assert file(person, words=" ").status == 422
    assert file(person).leads_to == "/findings"
    owed = db.session.scalars(select(Obligation).where(Obligation.user_id == observer.id)).one()
    assert (owed.done_count, owed.fulfilled_at) == (1, START)
    assert told("hening") == told("wujie") == ["特约监督员顾岚提交了监督发现：行政审批"] and told("tangyi") == []
    path = f"/findings/{db.session.scalars(select(Finding.id)).one()}"
    assert WORDS in person.opens(path).words and "答复监督员" not in person.opens(path).words
    supervisor = guest("hening")
    assert supervisor.sends(supervisor.opens(path), f"{path}/answer", **{"answer-words": "已督促整改。"}).leads_to == path
    assert "已督促整改" in person.opens(path).words and told("gulan") == ["你提交的监督发现有了答复"]
    actions = list(db.session.scalars(select(Event.action).where(Event.object_type == "finding").order_by(Event.seq)))
    assert actions == ["file_finding", "answer_finding"]


def test_one_about_an_enterprise_becomes_a_ticket_once(guest, observer, city):
    file(guest("gulan"))
    finding, clerk = db.session.scalars(select(Finding)).one(), guest("wujie")
    path = f"/findings/{finding.id}"
    done = clerk.sends(clerk.opens(path), f"{path}/ticket", **{"ticket-enterprise": "恒轧机械"})
    ticket = db.session.scalars(select(Ticket)).one()
    assert done.leads_to == path and ticket.channel is Channel.OBSERVER and "云州市自然资源局" in ticket.content
    told_there = guest("gulan").opens(path).words
    assert "已转为办件。" in told_there and f"办件 {ticket.number}" in told_there
    with pytest.raises(Refused, match="已经答复过"):
        findings.answer(finding, actor=actor_named("hening"), words="再答一次")
    for username, act in (("tangyi", findings.answer), ("luoshizhang", findings.answer), ("gulan", findings.answer)):
        with pytest.raises(NotAllowed):
            act(finding, actor=actor_named(username), words="不该由我答复")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")
def test_nothing_of_business_is_an_observers(guest, observer):
    person, opened = guest("gulan"), []
    for row in matrix.rows():
        path = re.sub(r"{\w+}", "1", row.path)
        if row.method == "GET" and row.codes["newcomer"] == "404" and not path.startswith(ALLOWED):
            if person.opens(path).status != 404:
                opened.append(path)
    assert opened == []


def test_the_database_holds_an_answer_whole(observer, city):
    finding = findings.file(actor_named("gulan"), kind=FindingKind.OTHER, words=WORDS)
    with pytest.raises(sa.exc.IntegrityError, match="answer_iff_answered"):
        db.session.execute(sa.update(Finding).where(Finding.id == finding.id).values(answer="好"))
    db.session.rollback()
