"""A million tickets made where they are kept: INSERT … SELECT, in a minute. They have no past in the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models import clock
from models.access import Post, Role
from models.base import db
from operations.demo.city import City

FIRST = 1_000_000
ENTERPRISES = 20_000
# How many of ten open tickets are in hand at a unit: their case clocks are what the benchmark lets lapse.
IN_HAND = 6

_ENTERPRISES = """
INSERT INTO enterprises (id, name, short_name, kind, category, status, region_id, address, industry,
                         legal_representative, contact_name, contact_phone, has_green_card, created_at, quiet_since)
SELECT %(first)s + n, '云州测试企业' || n || '有限公司', '测试企业' || n, 'company', 'general', 'operating',
       (%(regions)s::int[])[1 + n %% %(places)s], '', '', '', '联系人', '13800000000', false, %(now)s, %(now)s
FROM generate_series(0, %(enterprises)s - 1) n
"""
_TICKETS = """
INSERT INTO tickets (id, number, subject, content, kind, urgency, difficulty, category, channel, is_confidential,
                     enterprise_id, region_id, region_path, contact_name, contact_phone, status, round, lead_unit_id,
                     submitted_at, is_provisional, rung, version, due_at, warn_at, closed_at)
SELECT %(first)s + n, 'ZQ-2026-' || lpad((1 + n %% 12)::text, 2, '0') || '-' || lpad(n::text, 7, '0'),
       '扩建车间消防验收要求不一致（' || n || '）', repeat('请有关部门尽快协调解决，已影响生产。', 4),
       'help', 'ordinary', 'ordinary', '城乡建设', 'platform', false, %(first)s + n %% %(enterprises)s,
       (%(regions)s::int[])[1 + n %% %(places)s], (%(paths)s::text[])[1 + n %% %(places)s], '', '',
       CASE WHEN n < %(closed)s THEN 'closed' WHEN n %% 10 < %(in_hand)s THEN 'handling' ELSE 'submitted' END, 1,
       CASE WHEN n < %(closed)s OR n %% 10 < %(in_hand)s THEN (%(units)s::int[])[1 + n %% %(bureaus)s] END,
       begun, false, 0, 3,
       CASE WHEN n >= %(closed)s THEN %(now)s + (1 + n %% 100) * interval '1 hour' + interval '1 day' END,
       CASE WHEN n >= %(closed)s THEN %(now)s + (1 + n %% 100) * interval '1 hour' END,
       CASE WHEN n < %(closed)s THEN begun + interval '3 days' END
FROM (SELECT n, CASE WHEN n < %(closed)s THEN %(now)s - interval '5 days' - (n %% 8000) * interval '1 hour'
                     ELSE %(now)s - (n %% 30) * interval '1 hour' END AS begun
      FROM generate_series(%(from)s::int, %(to)s::int - 1) n) made
"""
_CLOCKS = """
INSERT INTO clocks (ticket_id, round, kind, "limit", started_at, original_due_at, due_at, warn_at, is_provisional,
                    due_version, fire_at, stopped_at, outcome)
SELECT id, 1, CASE WHEN status = 'submitted' THEN 'acceptance' ELSE 'handling' END, '5d', submitted_at,
       coalesce(due_at, closed_at), coalesce(due_at, closed_at), coalesce(warn_at, closed_at), false, 1, warn_at,
       closed_at, CASE WHEN closed_at IS NOT NULL THEN 'met' END
FROM tickets WHERE id >= %(first)s + %(from)s AND id < %(first)s + %(to)s
"""
_ROUNDS = """
INSERT INTO rounds (ticket_id, number, reason, opened_at)
SELECT id, 1, '', submitted_at FROM tickets WHERE id >= %(first)s + %(from)s AND id < %(first)s + %(to)s
"""


@dataclass(frozen=True, slots=True)
class Span:
    """Tickets number ``start`` up to before ``end``, the last ``running`` of them open."""

    start: int
    end: int
    running: int


def found(city: City) -> dict[str, Any]:
    """The enterprises beside the demonstration city. Returns what :func:`add` needs to know of the place."""
    regions = [region for region in city.regions.values() if region.code.startswith("990102")]
    with_people = sa.select(Post.organisation_id).distinct().where(Post.role == Role.CASE_OFFICER)
    units = db.session.scalars(with_people.order_by(Post.organisation_id)).all()
    place = {
        "first": FIRST, "enterprises": ENTERPRISES, "regions": [region.id for region in regions],
        "paths": [region.path for region in regions], "places": len(regions), "units": list(units),
        "bureaus": len(units), "in_hand": IN_HAND,
    }
    db.session.connection().exec_driver_sql(_ENTERPRISES, place | {"now": clock.now()})
    db.session.commit()
    return place


def add(place: Mapping[str, Any], span: Span) -> None:
    """The tickets of the span with their rounds and clocks, nothing due yet; the tables are analysed then."""
    given = {**place, "now": clock.now(), "from": span.start, "to": span.end, "closed": span.end - span.running}
    connection = db.session.connection()
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")  # a page's patience is not a filling's
    for statement in (_TICKETS, _ROUNDS, _CLOCKS):
        connection.exec_driver_sql(statement, given)
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as outside:
        outside.exec_driver_sql("SET statement_timeout = 0")
        outside.exec_driver_sql("VACUUM ANALYZE")
