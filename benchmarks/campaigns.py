"""How long a campaign takes (万企评机关): figures that ``bench ratings`` prints; 10,000 drawn from a city's contacts."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from benchmarks.report import Figure, percentile
from models import clock
from models.base import db
from models.campaigns import Campaign, CampaignObject, CampaignStratum, ObjectKind
from models.ratings import Grade
from operations.access.actor import Actor
from operations.access.people import actor_named
from operations.clocks import rulebook, shanghai
from operations.demo.city import City
from operations.ratings.campaigns import answering, checking, drawing, freezing, inviting, planning
from operations.ratings.campaigns.answering import Opinion
from operations.ratings.campaigns.planning import Plan

FIRST, ENTERPRISES, OBJECTS, SAMPLE, ANSWERS = 3_000_000, 194_000, 50, 200, 300
DRAW_AIM_SECONDS = 5.0
_UNITS = """
INSERT INTO organisations (id, name, short_name, kind, region_id, parent_id, path)
SELECT %(first)s + n, '云州评议对象' || n, '评议对象' || n, 'bureau', %(region)s, %(parent)s,
       %(above)s || (%(first)s + n) || '/'
FROM generate_series(0, %(objects)s - 1) n
"""
_FIRMS = """
INSERT INTO enterprises (id, name, short_name, kind, category, status, region_id, address, industry, size,
                         legal_representative, contact_name, contact_phone, has_green_card, created_at, quiet_since)
SELECT %(first)s + n, '云州接触企业' || n || '有限公司', '', 'company', 'general', 'operating',
       (%(regions)s::int[])[1 + n %% %(places)s], '', lpad((1 + n * 7 %% 97)::text, 2, '0') || '11',
       (ARRAY['large', 'medium', 'small', 'micro'])[1 + n %% 4], '', '', '138' || lpad(n::text, 8, '0'), false,
       %(now)s, %(now)s
FROM generate_series(0, %(enterprises)s - 1) n
"""
_TICKETS = """
INSERT INTO tickets (id, number, subject, content, kind, urgency, difficulty, category, channel, is_confidential,
                     enterprise_id, region_id, region_path, contact_name, contact_phone, status, round, submitted_at,
                     is_provisional, rung, version, closed_at)
SELECT e.id, 'ZQ-2025-01-' || e.id, '办结的诉求', '', 'help', 'ordinary', 'ordinary', '', 'platform', false, e.id,
       e.region_id, r.path, '', '', 'closed', 1, %(then)s, false, 0, 3, %(then)s
FROM enterprises e JOIN regions r ON r.id = e.region_id WHERE e.id >= %(first)s AND e.id < %(first)s + %(enterprises)s
"""
_ORDERS = """
INSERT INTO unit_orders (ticket_id, round, unit_id, role, basis, ordered_at, report, ended_at, outcome)
SELECT id, 1, %(first)s + (id * 31 + turn * 17) %% %(objects)s,
       CASE turn WHEN 0 THEN 'lead' ELSE 'assist' END, '', %(then)s, '', %(then)s, 'done'
FROM tickets, generate_series(0, 1) turn
WHERE (turn = 0 OR id %% 8 = 0) AND id >= %(first)s AND id < %(first)s + %(enterprises)s
"""


def found(city: City, *, enterprises: int = ENTERPRISES) -> None:
    """Beside the demonstration city: so many enterprises, each with a closed ticket at one of 50 units, every eighth
    at two: 218,000 contacts, as many as a half year of 437,690 cases has.
    """
    regions = [region for region in city.regions.values() if len(region.code) > 6]
    parent = city.organisations["云州市人民政府"]
    given = {
        "first": FIRST, "enterprises": enterprises, "objects": OBJECTS, "regions": [region.id for region in regions],
        "places": len(regions), "region": parent.region_id, "parent": parent.id, "above": parent.path,
        "now": clock.now(), "then": shanghai.month_bounds(_period()[0])[1],
    }
    connection = db.session.connection()
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    for statement in (_UNITS, _FIRMS, _TICKETS, _ORDERS):
        connection.exec_driver_sql(statement, given)
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as outside:
        outside.exec_driver_sql("VACUUM ANALYZE")


def figures(*, sample: int = SAMPLE) -> Iterator[Figure]:
    """Draw, check, invite, answer and freeze one campaign of what :func:`found` has made."""
    office, tokens = actor_named("hening"), list[str]()
    campaign_id = _planned(office, sample)
    took, statements = _timed(lambda: drawing.draw(campaign_id, actor=office))
    contacts, drawn = _counted(campaign_id)
    yield Figure("campaign_draw", took, "s", aim=DRAW_AIM_SECONDS, statements=statements, more_is_better=False)
    yield Figure("campaign_contacts", contacts, "pairs")
    yield Figure("campaign_drawn", drawn, "pairs")
    took, _ = _timed(lambda: checking.check(db.session.get_one(Campaign, campaign_id)))
    yield Figure("campaign_draw_checked", took, "s")
    db.session.rollback()

    def address_of(token: str) -> str:
        tokens.append(token)
        return f"https://example.test/c/{token}"

    took, statements = _timed(lambda: inviting.invite(campaign_id, actor=office, address_of=address_of))
    yield Figure("campaign_invite", took, "s", statements=statements)
    yield _answered(tokens)
    _answer_the_rest(campaign_id)
    freezing.close(campaign_id, actor=office)
    took, statements = _timed(lambda: freezing.freeze(campaign_id, actor=office))
    yield Figure("campaign_freeze", took, "s", statements=statements)


def _answered(tokens: list[str]) -> Figure:
    """One answer after another, as the page gives it: the questions read, then the answer."""
    times = []
    for token in tokens[:ANSWERS]:
        started = time.perf_counter()
        _, objects = answering.asked(token)
        answering.answer(token, opinions={one.id: Opinion(Grade.SATISFIED) for one in objects})
        times.append((time.perf_counter() - started) * 1000)
    slowest = percentile(times, 0.95)
    return Figure("campaign_answer", slowest, "ms", aim=100.0, p50_ms=percentile(times, 0.5), p95_ms=slowest,
                  more_is_better=False)


def _answer_the_rest(campaign_id: int) -> None:
    """A third of the drawn pairs, written at once: the freeze counts what is there."""
    grades = "(ARRAY['very_satisfied', 'satisfied', 'fairly_satisfied', 'dissatisfied', 'very_dissatisfied'])"
    db.session.execute(sa.text(
        "INSERT INTO campaign_answers (id, object_id, grade, words)"
        " SELECT enterprise_id::bigint * 1000003 + object_id,"
        f" object_id, {grades}[1 + enterprise_id % 5], '' FROM campaign_picks JOIN campaign_objects o"
        " ON o.id = object_id WHERE enterprise_id % 3 = 0 AND campaign_id = :campaign"
    ), {"campaign": campaign_id})
    db.session.commit()


def _planned(office: Actor, sample: int) -> int:
    weights = rulebook.current().policy("campaign")["weights"]
    begins, ends = _period()
    points = {grade: weights[grade] for grade in Grade}
    plan = Plan("评议基准", begins, ends, shanghai.today(), sample, points, "20260819")
    campaign_id = planning.create(plan, actor=office).id
    planning.add_objects(campaign_id, actor=office, kind=ObjectKind.UNIT, peer_group="评议对象",
                         lines=[f"云州评议对象{n}" for n in range(OBJECTS)])
    return campaign_id


def _period() -> tuple[date, date]:
    """The half year before this one's first month."""
    today = shanghai.today()
    return date(today.year - 1, 1, 1), date(today.year - 1, 6, 30)


def _counted(campaign_id: int) -> tuple[int, int]:
    objects = sa.select(CampaignObject.id).where(CampaignObject.campaign_id == campaign_id)
    sums = sa.select(sa.func.sum(CampaignStratum.contact_count), sa.func.sum(CampaignStratum.drawn_count))
    row = db.session.execute(sums.where(CampaignStratum.object_id.in_(objects))).one()
    db.session.rollback()
    return row[0], row[1]


def _timed(act: Callable[[], Any]) -> tuple[float, int]:
    """Seconds and statements."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    started = time.perf_counter()
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return time.perf_counter() - started, len(seen)
