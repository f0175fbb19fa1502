"""A filter says the same as the light in the row, and never more than the scope."""

import functools

import pytest
from sqlalchemy import select, update

from models import clock
from models.access import Role
from models.base import db
from models.tickets import LedgerClass, ProposalKind, Ticket
from operations.access.people import actor_named
from operations.clocks.lights import Light, light_of
from operations.insight import lists, matching, search
from operations.insight.search import TicketFilter, View
from tests.lives import FINANCE, LAND, Life, shanghai


@pytest.fixture
def all_lights(city):
    """Tickets in every light on the 26th at 16:00."""
    lives = {name: Life(city) for name in ("green", "amber", "red", "darkred", "hold", "none")}
    lives["red"].handling().sign()
    lives["darkred"].handling().sign()
    lives["amber"].at("2026-08-20 09:00").handling().sign()
    lives["hold"].handling().sign()
    until = shanghai("2026-10-15").date()
    proposal = lives["hold"].propose(ProposalKind.LEDGER, by="zhoujian", ledger_class=LedgerClass.FUNDS, until=until)
    lives["hold"].grant(proposal, "hening")
    lives["none"].handling().sign().result().reply().call().rate()
    lives["green"].at("2026-08-27 09:00").handling().sign()
    db.session.execute(update(Ticket).where(Ticket.id == lives["darkred"].ticket.id).values(rung=3))
    db.session.commit()
    return shanghai("2026-08-27 10:00")


def test_each_light_finds_exactly_the_tickets_that_show_it(all_lights):
    actor = actor_named("hening")
    rows = db.session.execute(select(Ticket.id, Ticket.due_at, Ticket.warn_at, Ticket.paused_at, Ticket.rung)).all()
    shown = {row.id: light_of(row, all_lights) for row in rows}
    assert set(shown.values()) == set(Light)
    for light in Light:
        wanted = TicketFilter(view=View.ALL, lights=(light,))
        found = set(db.session.scalars(search.tickets(actor, wanted, all_lights, Ticket.id)))
        assert found == {row for row, its in shown.items() if its is light}, light


@pytest.mark.parametrize("username", ["liumin", "chenjing", "gaofeng", "tangyi", "hengzha", "audit"])
def test_a_filter_never_widens_the_scope(city, username):
    Life(city).handling()
    Life(city, enterprise="宏达电商产业园", member="hongda", steward="wangqiang").submit().accept().dispatch(LAND, [FINANCE])
    actor = actor_named(username)
    with clock.standing_at(shanghai("2026-08-19 10:00")):
        own = set(db.session.scalars(search.tickets(actor, TicketFilter(view=View.ALL), clock.now(), Ticket.id)))
        for light in Light:
            wanted = TicketFilter(view=View.ALL, lights=tuple(Light), q="云州", unit="", region="")
            assert set(db.session.scalars(search.tickets(actor, wanted, clock.now(), Ticket.id))) <= own, light


@pytest.mark.parametrize(
    ("text", "is_number"),
    [
        ("ZQ-2026-08-0482913", True), ("zq-2026-08-0482913", True), ("2026-08-0482913", True), ("0482913", True),
        ("2913", True), ("913", False), ("恒轧", False), ("91990102MA0001XY8X", False), ("-", False),
    ],
)
def test_a_number_is_told_from_a_name(text, is_number):
    assert (search.numbered(text) is not None) is is_number


@pytest.mark.parametrize("text", ["恒轧", "公司", "线路", "没有这家"])
def test_a_word_is_found_alike_however_many_hold_it(city, text, monkeypatch):
    Life(city).handling()
    Life(city, enterprise="宏达电商产业园", member="hongda", steward="wangqiang").submit()

    def found():
        with clock.standing_at(shanghai("2026-08-19 10:00")):
            page = lists.tickets(actor_named("tangyi"), TicketFilter(view=View.ALL, q=text))
            return [line.row.number for line in page.lines]

    rare = found()
    monkeypatch.setattr(matching, "candidates", functools.partial(matching.candidates, most=1))
    assert found() == rare and bool(rare) is (text != "没有这家")


def test_what_waits_goes_by_every_role_that_waits_for_something():
    assert set(search.WAITING_FOR) == {Role.STEWARD, Role.CASE_OFFICER, Role.UNIT_LEADER, Role.CLERK}


def test_the_neighbours_in_a_list_are_those_of_the_list(city):
    for day in range(3):
        Life(city).wait(days=day).handling()
    with clock.standing_at(shanghai("2026-08-24 10:00")):
        actor, wanted = actor_named("hening"), TicketFilter()
        shown = [line.row.number for line in lists.tickets(actor, wanted).lines]
        middle = db.session.scalars(select(Ticket).where(Ticket.number == shown[1])).one()
        assert lists.neighbours(actor, wanted, middle) == (shown[0], shown[2])
