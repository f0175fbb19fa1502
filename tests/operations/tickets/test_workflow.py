"""Every act × status × role: only the table moves a ticket, and the table says what people were promised."""

import pytest
from sqlalchemy import select, update

from models import clock
from models.access import Role, User
from models.base import db
from models.directory import Stewardship
from models.refusals import Endorsement, Refusal, RefusalEnd, ReviewMember, Verdict
from models.tickets import Act, OrderRole, Status, Ticket, UnitOrder
from models.tickets.workflow import CLOSED_STATUSES, OPEN_STATUSES
from operations.access import scope
from operations.access.actor import Actor, Standing
from operations.errors import IllegalTransition, NotAllowed, Refused
from operations.tickets import advance, workflow
from operations.tickets.situation import Situation
from tests.lives import POWER
from tests.reviews import MEMBERS

# Written by hand from domain.md §4, not read from the table: who may take each act, and from where.
PROMISED = {
    Act.REQUEST_SUPPLEMENT: ("submitted", "steward clerk"),
    Act.SUPPLEMENT: ("awaiting_supplement", "enterprise_member steward"),
    Act.ACCEPT: ("submitted", "steward clerk"),
    Act.ANSWER: ("coordinating", "steward clerk"),
    Act.DISPATCH: ("coordinating", "steward clerk"),
    Act.SIGN: ("handling", "case_officer unit_leader"),
    Act.CONTACT: ("handling", "case_officer unit_leader"),
    Act.PROPOSE_SEND_BACK: ("handling", "case_officer"),
    Act.SEND_BACK: ("handling", "unit_leader"),
    Act.TRANSFER: ("handling", "clerk"),
    Act.CONSULT: ("coordinating handling", "clerk supervisor"),
    Act.REQUEST_EXTENSION: ("handling", "case_officer"),
    Act.ENDORSE_EXTENSION: ("handling", "unit_leader"),
    Act.GRANT_EXTENSION: ("handling", "clerk supervisor"),
    Act.PROPOSE_LEDGER: ("handling", "unit_leader"),
    Act.ENTER_ON_LEDGER: ("handling", "supervisor"),
    Act.STRIKE_OFF: ("handling", "supervisor"),
    Act.PROPOSE_RESULT: ("handling", "case_officer"),
    Act.REPORT_RESULT: ("handling", "unit_leader"),
    Act.WAIVE_ASSISTANCE: ("handling", "clerk"),
    Act.REPLY: ("handled", "steward clerk"),
    Act.FOLLOW_UP: ("replied", "clerk"),
    Act.REWORK: ("replied", "clerk"),
    Act.WITHDRAW: ("submitted awaiting_supplement coordinating handling", "enterprise_member"),
    Act.REOPEN: ("closed", "enterprise_member clerk supervisor"),
    Act.UNMERGE: ("merged", "clerk"),
    Act.LAPSE_SUPPLEMENT: ("awaiting_supplement", "system"),
    Act.LAPSE_RATING: ("followed_up", "system"),
    Act.RESUME_FROM_LEDGER: ("handling", "system"),
    Act.REPORT_REFUSAL: ("handling", "case_officer"),
    Act.ENDORSE_REFUSAL: ("handling", "unit_leader leader"),
    Act.ORDER_HANDLING: ("handling", "unit_leader leader"),
    Act.NAME_REVIEWERS: ("handling", "supervisor"),
    Act.RELEASE_REVIEWER: ("handling", "supervisor"),
    Act.UPHOLD_REFUSAL: ("handling", "supervisor"),
    Act.VETO_REFUSAL: ("handling", "supervisor"),
    Act.CONCLUDE_REFUSAL: ("handling", "system"),
}
ALLOWED = {(step.act, status, role) for step in workflow.STEPS for status in step.sources for role in step.roles}


@pytest.mark.parametrize("act", PROMISED, ids=str)
def test_the_table_keeps_the_promises_of_the_domain(act):
    statuses, roles = PROMISED[act]
    steps = [step for step in workflow.STEPS if step.act is act]

    assert {status for step in steps for status in step.sources} == {Status(code) for code in statuses.split()}
    assert {role for step in steps for role in step.roles} == {Role(code) for code in roles.split()}


def test_no_person_ends_a_ticket_as_refused_and_no_act_deletes():
    refusing = [step for step in workflow.STEPS if Status.REFUSED in step.targets]
    assert [(step.act, step.roles, step.is_offered) for step in refusing] == [
        (Act.CONCLUDE_REFUSAL, {Role.SYSTEM}, False)]
    assert not any("delete" in act or "refuse" in act for act in Act)


def test_every_act_has_its_row_and_every_open_status_a_way_on():
    assert {step.act for step in workflow.STEPS} == set(Act)
    for status in OPEN_STATUSES:
        assert any(status in step.sources and step.targets for step in workflow.STEPS)


@pytest.fixture
def ticket_in(life):
    """A ticket put into any status by force, with a lead order, so that only the table decides."""
    main = life.submit().ticket
    life.submit()

    def put(status):
        ticket, unit = life.ticket, life.unit(POWER)
        table = Ticket.__table__
        values = {
            "status": status,
            "lead_unit_id": unit.id,
            "closed_at": clock.now() if status in CLOSED_STATUSES else None,
            "merged_into_id": main.id if status is Status.MERGED else None,
        }
        if status is Status.REFUSED:
            uphold(ticket, unit)
        db.session.execute(update(table).where(table.c.id == ticket.id).values(values))
        if db.session.query(UnitOrder).count() == 0:
            db.session.add(UnitOrder(ticket_id=ticket.id, round=1, unit_id=unit.id, role=OrderRole.LEAD))
        db.session.commit()
        return ticket

    return put


def uphold(ticket, unit):
    """What the database asks for before it gives the status: levels signed, three members heard, an end so."""
    said = {"kind": "other", "grounds": "不", "articles": "条", "alternatives": "法", "was_noticed": True}
    refusal = Refusal(ticket_id=ticket.id, round=1, number="F", unit_id=unit.id, region_path="/", height="head",
                      reported_by_id=1, office_id=unit.id, **said)
    db.session.add(refusal)
    db.session.flush()
    now = clock.now()
    db.session.add(Endorsement(refusal_id=refusal.id, level="head", opened_at=now, decided_at=now, decided_by_id=1,
                               outcome="endorsed"))
    names = select(User).where(User.username.in_(MEMBERS))
    members = [ReviewMember(refusal_id=refusal.id, user_id=user.id, name=user.name, house="别处", named_by_id=1)
               for user in db.session.scalars(names)]
    db.session.add_all(members)
    db.session.flush()
    for member in members:
        member.opinion, member.given_at = Verdict.UPHELD, now
    db.session.flush()
    refusal.reviewed_at, refusal.reviewed_by_id, refusal.verdict, refusal.member_count = now, 1, Verdict.UPHELD, 3
    refusal.ended_at, refusal.ended_as = now, RefusalEnd.REFUSED
    db.session.flush()


def somebody(role, ticket, city):
    """A person of ``role`` who stands to the ticket as that role can."""
    unit = city.organisations[POWER]
    steward = db.session.query(Stewardship).filter_by(enterprise_id=ticket.enterprise_id).one().steward_id
    standing = Standing(
        post_id=None,
        role=role,
        unit_id=unit.id,
        unit_path=unit.path,
        region_path=ticket.region_path,
        enterprise_id=ticket.enterprise_id if role is Role.ENTERPRISE_MEMBER else None,
    )
    return Actor(user_id=steward if role is Role.STEWARD else 0, name="某人", posts=(standing,))


@pytest.mark.parametrize("status", Status, ids=str)
def test_only_the_table_moves_a_ticket(ticket_in, city, status):
    ticket = ticket_in(status)
    for role in Role:
        actor = somebody(role, ticket, city)
        for act in Act:
            if (act, status, role) in ALLOWED:
                step = workflow.find(act, status)
                by_lead_only = step.order is OrderRole.ASSIST
                assert by_lead_only or Situation(ticket, actor).standing_for(step), (act, role)
            else:
                with pytest.raises((IllegalTransition, NotAllowed)):
                    advance.guard(workflow.find(act, status), Situation(ticket, actor))


@pytest.mark.parametrize("status", Status, ids=str)
def test_a_button_is_shown_exactly_when_its_act_is_not_refused(ticket_in, city, status):
    ticket = ticket_in(status)
    for role in Role:
        actor = somebody(role, ticket, city)
        offered = {step.act for step in workflow.open_to(status, actor.roles)}
        for act in Act:
            try:
                advance.guard(workflow.find(act, status), Situation(ticket, actor))
                succeeds = True
            except Refused:
                continue  # shown, greyed, with the sentence of the check
            except (IllegalTransition, NotAllowed):
                succeeds = False
            assert not succeeds or act in offered


@pytest.mark.parametrize("role", set(Role) - {Role.SYSTEM}, ids=str)
def test_who_may_act_may_also_see_and_no_stranger_sees(life, city, role):
    ticket = life.submit().accept().dispatch().ticket
    actor = somebody(role, ticket, city)
    seen = db.session.scalar(scope.visible_tickets(actor).where(Ticket.id == ticket.id))

    sees = {Role.ENTERPRISE_MEMBER, Role.STEWARD, Role.CASE_OFFICER, Role.UNIT_LEADER, *scope.REGIONAL}
    assert (seen is not None) == (role in sees)
    if any(Situation(ticket, actor).standing_for(step) for step in workflow.open_to(ticket.status, actor.roles)):
        assert seen is not None


@pytest.mark.parametrize("stranger", ["wangqiang", "litao", "gaofeng", "xinyuan", "admin", "security", "audit"])
def test_a_stranger_sees_nothing(life, people, stranger):
    ticket = life.submit().accept().dispatch().ticket

    assert db.session.scalar(scope.visible_tickets(people[stranger]).where(Ticket.id == ticket.id)) is None
    with pytest.raises(scope.NotFound):
        scope.get_ticket(people[stranger], ticket.number)
