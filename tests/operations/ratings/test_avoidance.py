"""回避: each way in which somebody could call back about their own work, tried by the act and against the database."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.access import Post, Role
from models.base import db
from models.directory import Stewardship, StewardshipKind
from models.ratings import Grade
from models.rectifications import Rectification, Verification
from models.tickets import Ticket
from operations.access import covers
from operations.access.covers import Span
from operations.access.people import actor_named
from operations.errors import NotAllowed, Refused
from operations.ratings import entering, links, rectifications
from operations.ratings.opinions import Opinion
from operations.tickets import handling
from tests.conftest import SettledCity, settle_city
from tests.lives import FINANCE, LAND, START, Life

CALLED = (
    "INSERT INTO follow_ups (ticket_id, round, attempt, was_reached, is_solved, is_satisfied, words, called_by_id, "
    "called_at, rework_reason) VALUES (:ticket, 1, 1, :reached, :good, :good, '', :who, :at, NULL)"
)
CENTRE = "云州市企业服务中心"


@pytest.fixture(scope="module")
def shared(app, database):
    """Led by the power company, assisted by finance; waits for its call. Nobody who tries it changes it."""
    with app.app_context():
        life = Life(settle_city(database)).submit().accept().dispatch(assisting=[FINANCE]).sign()
        life.does(handling.report_assistance, "sunyue", report="已拨款")
        number = life.result().reply().ticket.id
        db.session.remove()
    yield number
    database.restore()


@pytest.fixture
def replied(app, shared):
    life = Life(SettledCity())
    life.ticket = db.session.get_one(Ticket, shared)
    return life


def held(life, username, role, unit, *, ended=None):
    place = life.unit(unit)
    db.session.add(Post(user_id=actor_named(username).user_id, role=role, organisation_id=place.id,
                        region_id=place.region_id, started_at=START - timedelta(days=30), ended_at=ended))
    db.session.flush()


def noted(life, who, *, is_good=True):
    """What the database says to a call of theirs; nothing when it takes it."""
    row = {"ticket": life.ticket.id, "reached": True, "good": is_good, "at": "2026-08-19 02:00:00",
           "who": actor_named(who).user_id if who else None}
    try:
        with db.session.begin_nested() as attempt:
            db.session.execute(text(CALLED), row)
            attempt.rollback()
    except DBAPIError as refusal:
        return str(refusal.orig)
    return ""


def barred(life, who, words):
    """By the database, and by the act, which takes back what the test has set up."""
    assert "had a part in" in noted(life, who)
    with pytest.raises(Refused, match=words):
        life.call(by=who)


@pytest.mark.shares_rows
class TestShared:
    """One ticket for all: what a test adds is rolled back."""

    def test_an_outsider_may_and_nobody_but_the_centre(self, replied):
        assert noted(replied, "xuhui") == noted(replied, "tangyi") == noted(replied, "wujie") == ""
        assert "service centre" in noted(replied, None) and "names its class" in noted(replied, "xuhui", is_good=False)
        for who in ("chenjing", "zhoujian", "sunyue", "maliang", "liumin", "hengzha", "hening", "admin"):
            assert noted(replied, who)
            with pytest.raises(NotAllowed):
                replied.call(by=who)

    @pytest.mark.parametrize("who, words", [
        ("liumin", "管家"), ("chenjing", "经办过本件"), ("zhoujian", "经办过本件"), ("sunyue", "经办过本件"),
        ("maliang", "主办或协办单位"),
    ])
    def test_a_seat_at_the_centre_does_not_make_an_outsider(self, replied, who, words):
        held(replied, who, Role.CLERK, CENTRE)
        barred(replied, who, words)

    def test_who_has_left_the_unit_since_the_order_does_not_call(self, replied):
        held(replied, "xuhui", Role.CASE_OFFICER, FINANCE, ended=START + timedelta(minutes=1))
        barred(replied, "xuhui", "主办或协办单位")

    def test_who_had_left_the_unit_before_may(self, replied):
        held(replied, "xuhui", Role.CASE_OFFICER, FINANCE, ended=START - timedelta(days=1))
        held(replied, "xuhui", Role.CASE_OFFICER, LAND)
        assert noted(replied, "xuhui") == ""
        db.session.rollback()

    @pytest.mark.parametrize("who, ended", [("wujie", None), ("xuhui", START + timedelta(minutes=1))])
    def test_a_substitute_steward_does_not_nor_who_was_steward_when_it_was_asked(self, replied, who, ended):
        db.session.add(Stewardship(
            enterprise_id=replied.ticket.enterprise_id, steward_id=actor_named(who).user_id, ended_at=ended,
            kind=StewardshipKind.SUBSTITUTE, started_at=START - timedelta(days=9), reason="备岗"))
        db.session.flush()
        barred(replied, who, "该企业的管家")

    def test_who_belongs_to_the_enterprise_does_not_call(self, replied):
        db.session.add(Post(user_id=actor_named("xuhui").user_id, role=Role.ENTERPRISE_MEMBER,
                            enterprise_id=replied.ticket.enterprise_id, started_at=START))
        db.session.flush()
        barred(replied, "xuhui", "该企业的人员")


def test_who_stands_in_for_the_leader_of_a_unit_does_not_call(life):
    life.handling().sign().result().reply()
    held(life, "litao", Role.CLERK, CENTRE)
    held(life, "litao", Role.CASE_OFFICER, "云州市人民政府")
    with life.here():
        held_post = actor_named("zhoujian").posts[0].post_id
        covers.name_substitute(held_post, actor=actor_named("security"), substitute_id=actor_named("litao").user_id,
                               span=Span(START.date(), START.date()), reason="出差")
    barred(life, "litao", "主办或协办单位")


def test_who_handled_an_earlier_round_does_not_call_about_the_next_nor_enters_nor_asks_for_the_rating(life):
    life.submit().accept().dispatch(by="wujie").sign().result().reply().call(is_solved=False).result().reply()
    barred(life, "wujie", "经办过本件")
    life.call()
    with pytest.raises(Refused, match="回避"), life.here():
        links.make(life.ticket, actor=actor_named("wujie"))
    db.session.rollback()
    with pytest.raises(Refused, match="回避"):
        life.does(entering.enter, "wujie", opinion=Opinion(Grade.SATISFIED))
    life.rate(Grade.DISSATISFIED, tags=("其他",))
    rectified(life)


def rectified(life):
    """A rectification is called about by an outsider as well."""
    found = db.session.query(Rectification).one().id
    with life.here():
        rectifications.contact(found, actor=actor_named("chenjing"), words="道歉")
        rectifications.report(found, actor=actor_named("chenjing"),
                              told=rectifications.Report(Verification.TRUE, "改", "改好"))
        seen = db.session.get_one(Rectification, found).reported_at
        rectifications.sign(found, actor=actor_named("zhoujian"), seen_at=seen)
        with pytest.raises(Refused, match="经办过本件"):
            rectifications.call(found, actor=actor_named("wujie"), answer=rectifications.Answer(True, True, True))
        rectifications.call(found, actor=actor_named("xuhui"), answer=rectifications.Answer(True, True, True))
