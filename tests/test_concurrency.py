"""Two people at the same moment, on both databases: nothing is lost, nothing is done twice, and the second is told."""

import threading

import pytest
from sqlalchemy import func, select

from models.base import db
from models.log import Event
from models.ratings import Grade, Rating
from models.supervision import Level, Supervision
from models.tickets import Act, Status, Ticket
from operations.access.people import actor_named
from operations.errors import DomainError, IllegalTransition, Stale
from operations.ratings import links
from operations.ratings.opinions import Opinion
from operations.supervision import sweep
from operations.tickets import aftercare, handling, intake
from operations.tickets.categories import NAMES
from operations.verification import verify
from tests.lives import START, Life, shanghai
from tests.shared import IS_DRILL
from tests.together import at_once
from tests.views.guest import Guest

MANY = 20


@pytest.fixture
def submitted(city):
    """A ticket that waits to be accepted: its id and the version that every page of it shows."""
    ticket = Life(city).submit().ticket
    seen = ticket.id, ticket.version
    db.session.remove()
    return seen


@pytest.fixture
def crowd(app, engine_name):
    """``crowd(acts)``: together; where the database lets them, all have read before the first one writes."""

    def together(ticket_id, acts):
        have_read = threading.Barrier(len(acts) if engine_name == "postgresql" else 1)

        def perform(act):
            ticket = db.session.get_one(Ticket, ticket_id)
            have_read.wait(20)
            return act(ticket)

        return at_once(app, [lambda act=act: perform(act) for act in acts], moment=START)

    return together


def events_of(ticket_id, act):
    return list(db.session.scalars(select(Event).where(Event.ticket_id == ticket_id, Event.action == act)))


def accepts(category, username, version):
    def act(ticket):
        intake.accept(ticket, actor=actor_named(username), category=category, difficulty="ordinary", version=version)
        return category

    return act


def refusals_among(outcomes):
    return [outcome for outcome in outcomes if isinstance(outcome, DomainError)]


def test_of_two_who_accept_at_once_one_is_told_that_the_other_was_faster(crowd, submitted):
    ticket_id, version = submitted
    outcomes = crowd(ticket_id, [accepts("用电", "liumin", version), accepts("用水", "wujie", version)])

    [refusal] = refusals_among(outcomes)
    [done] = [outcome for outcome in outcomes if outcome is not refusal]
    ticket = db.session.get_one(Ticket, ticket_id)
    assert isinstance(refusal, Stale | IllegalTransition)
    assert (ticket.category, ticket.status) == (done, Status.COORDINATING)
    assert len(events_of(ticket_id, Act.ACCEPT)) == 1
    assert verify().is_whole


def test_two_acts_on_what_both_have_seen_are_never_both_done(crowd, city):
    life = Life(city).handling()
    ticket_id, version = life.ticket.id, life.ticket.version
    db.session.remove()

    def signs(ticket):
        return handling.sign(ticket, actor=actor_named("chenjing"), version=version)

    def withdraws(ticket):
        return intake.withdraw(ticket, actor=actor_named("hengzha"), reason="已解决", version=version)

    outcomes = crowd(ticket_id, [signs, withdraws])

    [refusal] = refusals_among(outcomes)
    assert isinstance(refusal, Stale | IllegalTransition)
    assert len(events_of(ticket_id, Act.SIGN)) + len(events_of(ticket_id, Act.WITHDRAW)) == 1


def test_two_officers_who_sign_at_once_leave_one_event(crowd, city):
    life = Life(city).handling()
    ticket_id = life.ticket.id
    db.session.remove()

    def signs(username):
        return lambda ticket: handling.sign(ticket, actor=actor_named(username))

    outcomes = crowd(ticket_id, [signs("chenjing"), signs("zhoujian")])

    assert len(refusals_among(outcomes)) == 1
    assert len(events_of(ticket_id, Act.SIGN)) == 1


def test_a_race_of_ratings_is_won_by_one(app, crowd, city):
    life = Life(city).handling().result().reply().call()
    ticket_id = life.ticket.id
    with life.here():
        token = links.make(life.ticket, actor=actor_named("xuhui"))
    db.session.remove()

    def by_page(grade):
        return lambda ticket: aftercare.rate(ticket, actor=actor_named("hengzha"), opinion=Opinion(grade))

    def by_link(_ticket):
        return links.rate(token, opinion=Opinion(Grade.VERY_SATISFIED))

    outcomes = crowd(ticket_id, [by_page(Grade.SATISFIED), by_page(Grade.FAIRLY_SATISFIED), by_link, by_link])

    assert len(refusals_among(outcomes)) == 3
    assert db.session.scalar(select(func.count()).select_from(Rating)) == 1
    assert len(events_of(ticket_id, Act.RATE)) == 1


def test_two_sweeps_over_the_same_lapsed_clocks_issue_every_order_once(app, city):
    for number in range(10):
        Life(city).submit(subject=f"第 {number} 件").accept().dispatch()
    late = shanghai("2026-09-21 09:00")
    db.session.remove()
    sweeps = at_once(app, [sweep.sweep] * 3, moment=late)

    clocks = select(func.count(Supervision.clock_id), func.count(Supervision.clock_id.distinct()))
    of_first = db.session.execute(clocks.where(Supervision.level == Level.FIRST)).one()
    orders = db.session.scalar(select(func.count()).select_from(Supervision))
    assert of_first == (10, 10)
    assert sum(swept.fired for swept in sweeps) == orders
    assert len(list(db.session.scalars(select(Event).where(Event.action == Act.SUPERVISE)))) == orders
    assert verify().is_whole


# By HTTP


def index_of_the_form(page):
    """The page's own form, not those of the shell around it."""
    return next(index for index, form in enumerate(page.forms) if "form_key" in dict(form["fields"]))


def fills(guest, path, **fields):
    """Open the page of a form and fill it in, as somebody would; it is sent by ``send`` or ``sends``."""
    page = guest.opens(path)
    return page.form(index_of_the_form(page), **fields)


def sends(guest, path, **fields):
    return guest.client.post(path, data=fills(guest, path, **fields))


def demand_of(guest, enterprise):
    path = f"/enterprises/{enterprise.id}/demand"
    return path, fills(
        guest, path, subject="厂门口的路灯不亮", content="已经两周了", kind="help", urgency="ordinary", channel="steward",
        contact_name="孙伟", contact_phone="13800002607", category=NAMES[0],
    )


def send_at_once(app, guest, path, bodies, *, moment=START):
    cookie = guest.client.get_cookie("zqztc").value

    def send(body):
        client = app.test_client()
        client.environ_base = dict(guest.client.environ_base)
        client.set_cookie("zqztc", cookie)
        return client.post(path, data=body)

    return at_once(app, [lambda body=body: send(body) for body in bodies], moment=moment)


def test_the_same_form_sent_twenty_times_at_once_makes_one_ticket(app, city):
    guest = Guest(app, "liumin")
    path, form = demand_of(guest, city.enterprises["恒轧机械"])
    answers = send_at_once(app, guest, path, [form] * MANY)

    assert {answer.status_code for answer in answers} <= {200, 302}
    assert len(list(db.session.scalars(select(Ticket)))) == 1
    assert len(list(db.session.scalars(select(Event).where(Event.action == Act.SUBMIT)))) == 1


def test_the_same_form_with_other_words_is_refused_with_a_sentence(app, city):
    guest = Guest(app, "liumin")
    path, form = demand_of(guest, city.enterprises["恒轧机械"])
    first = guest.client.post(path, data=form)
    second = guest.client.post(path, data=form | {"subject": "停车场收费太贵", "content": "每月涨了三次"})

    assert (first.status_code, second.status_code) == (302, 422)
    assert "已经提交过，内容又有改动" in second.text
    assert "停车场收费太贵" in second.text
    assert len(list(db.session.scalars(select(Ticket)))) == 1


def test_a_demand_sent_twenty_times_at_once_from_its_last_page_is_one(app, city):
    guest = Guest(app, "hengzha")
    path = sends(guest, "/my/tickets/new/1", kind="help", category=NAMES[0]).headers["Location"]
    path = sends(guest, path, subject="厂门口的路灯不亮", content="已经两周了", urgency="ordinary").headers["Location"]
    path = sends(guest, path, contact_name="孙伟", contact_phone="13800002607").headers["Location"]
    answers = send_at_once(app, guest, path, [fills(guest, path)] * MANY)

    assert {answer.status_code for answer in answers} == {302}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(list(db.session.scalars(select(Ticket)))) == 1


def test_one_link_sent_fifty_times_at_once_gives_one_rating(app, city, engine_name):
    life = Life(city).handling().result().reply().call()
    with life.here():
        token = links.make(life.ticket, actor=actor_named("xuhui"))
        guest = Guest(app)
        form = fills(guest, f"/r/{token}", grade="satisfied", named="no")
    db.session.remove()
    many = 50 if engine_name == "postgresql" or IS_DRILL else 8
    answers = send_at_once(app, guest, f"/r/{token}", [form] * many, moment=life.now)

    assert sorted(answer.status_code for answer in answers) == [302, *[404] * (many - 1)]
    assert db.session.scalar(select(func.count()).select_from(Rating)) == 1


def test_the_second_of_two_editors_loses_nothing_they_typed(app, city):
    ticket = Life(city).submit().ticket
    liumin, wujie = Guest(app, "liumin"), Guest(app, "wujie")
    path = f"/tickets/{ticket.number}/request-supplement"
    earlier = fills(liumin, path, missing="缺受理单")
    later = fills(wujie, path, missing="缺用电申请回执和平面图")

    assert liumin.client.post(path, data=earlier).status_code == 302
    refused = wujie.client.post(path, data=later)

    assert refused.status_code == 409
    assert "缺用电申请回执和平面图" in refused.text
    assert len(events_of(ticket.id, Act.REQUEST_SUPPLEMENT)) == 1
