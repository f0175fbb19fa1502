"""A city's year of cases and ratings, made where they are kept: INSERT … SELECT, so that a minute is enough.

Of a hundred cases 88 are counted at windows and 12 are tickets; four of five are rated, two of five of these without a
name, one of fifty badly. Everything follows from the number of the row, so that two runs measure the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models import clock
from models.access import User
from models.base import db
from operations.demo.city import City

FIRST, UNITS, WINDOWS, OFFICERS, ITEMS, ENTERPRISES = 5_000_000, 50, 200, 400, 30, 20_000
LEADER = "benchleader"
# The year's second on which the n-th row happened, and the grade it got: spread by primes, the same every time.
_THEN = "%(now)s - ((n::bigint * 7919 * {step}) %% 31449600) * interval '1 second' - interval '1 hour'"
_LOT = "(n * 31 + n / 97) %% 1000"
_GRADE = (f"CASE WHEN {_LOT} < 600 THEN 'very_satisfied' WHEN {_LOT} < 850 THEN 'satisfied' WHEN {_LOT} < 980 "
          f"THEN 'fairly_satisfied' WHEN {_LOT} < 993 THEN 'dissatisfied' ELSE 'very_dissatisfied' END")
_ANONYMOUS = "n / 11 %% 5 < 2"
_PLACES = (
    """
INSERT INTO organisations (id, name, short_name, kind, region_id, parent_id, path)
SELECT %(first)s + n, '云州办事局' || n, '办事局' || n, 'bureau', %(region)s, %(parent)s,
       %(above)s || (%(first)s + n) || '/'
FROM generate_series(0, %(units)s - 1) n
""",
    """
INSERT INTO organisations (id, name, short_name, kind, region_id, parent_id, path)
SELECT %(first)s + %(units)s + n, '云州办事局窗口' || n, '窗口' || n, 'window', %(region)s, %(first)s + n %% %(units)s,
       %(above)s || (%(first)s + n %% %(units)s) || '/' || (%(first)s + %(units)s + n) || '/'
FROM generate_series(0, %(windows)s - 1) n
""",
    """
INSERT INTO users (id, username, name, password_hash, is_active, created_at)
SELECT %(first)s + n, CASE WHEN n = %(officers)s THEN %(leader)s ELSE 'bench' || n END, '窗口人员' || n, %(password)s,
       true, %(now)s
FROM generate_series(0, %(officers)s) n
""",
    """
INSERT INTO posts (user_id, organisation_id, role, rank, title, started_at)
SELECT %(first)s + n, CASE WHEN n = %(officers)s THEN %(first)s ELSE %(first)s + %(units)s + n %% %(windows)s END,
       CASE WHEN n = %(officers)s THEN 'unit_leader' ELSE 'case_officer' END, 1, '', %(now)s - interval '2 years'
FROM generate_series(0, %(officers)s) n
""",
    """
INSERT INTO desk_codes (code, window_id, officer_id, issued_by_id, issued_at)
SELECT 'bench' || n, %(first)s + %(units)s + n %% %(windows)s, %(first)s + n, %(first)s + n, %(now)s
FROM generate_series(0, %(officers)s - 1) n
""",
    """
INSERT INTO enterprises (id, name, short_name, kind, category, status, region_id, address, industry,
                         legal_representative, contact_name, contact_phone, has_green_card, created_at, quiet_since)
SELECT %(first)s + n, '云州办事企业' || n || '有限公司', '', 'company', 'general', 'operating', %(region)s,
       '', '', '', '', '', false, %(now)s, %(now)s
FROM generate_series(0, %(enterprises)s - 1) n
""",
)
_CASES = """
INSERT INTO counted_cases (id, system, number, channel, item_code, item, unit_id, window_id, officer_id, region_path,
                           enterprise_id, visitor, finished_at, recorded_at)
SELECT %(first)s + n, 'bench', 'B' || n, 'window', '', '事项' || n / 7 %% %(items)s,
       %(first)s + n %% %(officers)s %% %(windows)s %% %(units)s,
       %(first)s + %(units)s + n %% %(officers)s %% %(windows)s,
       %(first)s + n %% %(officers)s, %(path)s, %(first)s + n %% %(enterprises)s, '', moment, moment
FROM (SELECT n, {then} AS moment FROM generate_series(%(from)s::int, %(to)s::int - 1) n) made
"""
_TICKETS = """
INSERT INTO tickets (id, number, subject, content, kind, urgency, difficulty, category, channel, is_confidential,
                     enterprise_id, region_id, region_path, contact_name, contact_phone, status, round, lead_unit_id,
                     submitted_at, is_provisional, rung, version, due_at, warn_at, closed_at)
SELECT %(first)s + n, 'ZQ-2026-00-' || lpad(n::text, 7, '0'), '扩建车间消防验收要求不一致（' || n || '）', '请有关部门尽快协调解决。',
       'help', 'ordinary', 'ordinary', '类别' || n %% %(items)s, 'platform', false, %(first)s + n %% %(enterprises)s,
       %(region)s, %(path)s, '', '', status, 1, %(first)s + n %% %(units)s, moment - interval '9 days', false, 0, 6,
       CASE WHEN status <> 'closed' THEN %(now)s + (n %% 90) * interval '1 hour' + interval '4 hours' END,
       CASE WHEN status <> 'closed' THEN %(now)s + (n %% 90) * interval '1 hour' END,
       CASE WHEN status = 'closed' THEN moment + interval '2 days' END
FROM (SELECT n, {then} AS moment,
             CASE n %% 60 WHEN 0 THEN 'replied' WHEN 1 THEN 'followed_up' ELSE 'closed' END AS status
      FROM generate_series(%(from)s::int, %(to)s::int - 1) n) made
"""
_OF_TICKETS = (
    """
INSERT INTO rounds (ticket_id, number, reason, opened_at) SELECT id, 1, '', submitted_at FROM tickets WHERE {these}
""",
    """
INSERT INTO unit_orders (ticket_id, round, unit_id, role, basis, ordered_at, report, ended_at, outcome)
SELECT id, 1, lead_unit_id, 'lead', '', submitted_at, '', submitted_at + interval '8 days', 'done' FROM tickets
WHERE {these}
""",
    """
INSERT INTO results (ticket_id, round, unit_id, kind, text, next_step, reported_at)
SELECT id, 1, lead_unit_id, 'solved', '已经办好。', '', submitted_at + interval '8 days' FROM tickets WHERE {these}
""",
    """
INSERT INTO replies (ticket_id, round, method, text, first_answer, told_at, recorded_at)
SELECT id, 1, 'phone', '已经告诉企业。', '', submitted_at + interval '8 days', submitted_at + interval '8 days' FROM tickets
WHERE {these}
""",
    """
INSERT INTO follow_ups (ticket_id, round, attempt, was_reached, is_solved, is_satisfied, words, called_at, called_by_id)
SELECT id, 1, 1, true, true, true, '', submitted_at + interval '9 days', %(caller)s FROM tickets
WHERE {these} AND status <> 'replied'
""",
    """
INSERT INTO clocks (ticket_id, round, kind, "limit", started_at, original_due_at, due_at, warn_at, is_provisional,
                    due_version, fire_at, stopped_at, outcome)
SELECT id, 1, kind, '5d', submitted_at + begun, submitted_at + begun + span, submitted_at + begun + span,
       submitted_at + begun + span, false, 1, CASE WHEN runs THEN %(now)s + interval '30 days' END,
       CASE WHEN NOT runs THEN submitted_at + begun + interval '1 day' END, CASE WHEN NOT runs THEN 'met' END
FROM (SELECT id, submitted_at, of_round.kind, begun, span, status = at AS runs, status FROM tickets CROSS JOIN (VALUES
        ('handling', interval '1 day', interval '7 days', ''),
        ('follow_up', interval '8 days', interval '2 days', 'replied'),
        ('rating', interval '9 days', interval '5 days', 'followed_up')) AS of_round (kind, begun, span, at)
      WHERE {these}) made
WHERE NOT (kind = 'rating' AND status = 'replied')
""",
    """
INSERT INTO rating_tokens (token_hash, ticket_id, round, made_at, expires_at)
SELECT encode(sha256(('bench-link-' || id)::bytea), 'hex'), id, 1, %(now)s, %(now)s + interval '7 days' FROM tickets
WHERE {these} AND status = 'followed_up'
""",
)
_RATINGS = (
    """
INSERT INTO ratings (ticket_id, round, grade, tags, words, is_anonymous, channel, rated_at)
SELECT %(first)s + n, 1, {grade}, '{{"tags": [], "salt": ""}}', '', {anonymous}, 'link', {then} + interval '1 day'
FROM generate_series(%(from_tickets)s::int, %(to_tickets)s::int - 1) n WHERE n %% 60 > 1 AND n %% 8 <> 7
""",
    """
INSERT INTO ratings (counted_case_id, round, grade, tags, words, is_anonymous, channel, rated_at)
SELECT %(first)s + n, 1, {grade}, '{{"tags": [], "salt": ""}}', '', {anonymous}, 'kiosk',
       {then_cases} + interval '5 minutes'
FROM generate_series(%(from_cases)s::int, %(to_cases)s::int - 1) n WHERE n / 13 %% 10 NOT IN (7, 8)
""",
    """
INSERT INTO clocks (ticket_id, round, kind, "limit", started_at, original_due_at, due_at, warn_at, is_provisional,
                    due_version, stopped_at, outcome, unit_id)
SELECT t.id, 1, two.kind, span::text || 'd', rated_at, rated_at + span * interval '1 day',
       rated_at + span * interval '1 day', rated_at + span * interval '1 day', false, 1,
       rated_at + interval '20 hours', 'met', t.lead_unit_id
FROM ratings r JOIN tickets t ON t.id = r.ticket_id
CROSS JOIN (VALUES ('rectification_contact', 1), ('rectification', 15)) AS two (kind, span)
WHERE t.id >= %(first)s + %(from_tickets)s AND t.id < %(first)s + %(to_tickets)s AND NOT is_anonymous
  AND grade IN ('dissatisfied', 'very_dissatisfied')
""",
    """
INSERT INTO rectifications (rating_id, ticket_id, unit_id, region_path, opened_at, contact_clock_id, fix_clock_id,
                            contacted_at, contacted_by_id, contact_words, verification, measures, result, reported_at,
                            reported_by_id, signed_at, signed_by_id, ended_at, ended_as)
SELECT r.id, t.id, t.lead_unit_id, t.region_path, r.rated_at, contact.id, fix.id, contact.stopped_at, %(first)s, '好',
       'true', '改', '好', fix.stopped_at, %(first)s, r.rated_at + (t.id %% 18) * interval '1 day', %(first)s,
       r.rated_at + interval '19 days', 'solved'
FROM ratings r JOIN tickets t ON t.id = r.ticket_id
JOIN clocks contact ON contact.ticket_id = t.id AND contact.kind = 'rectification_contact'
JOIN clocks fix ON fix.ticket_id = t.id AND fix.kind = 'rectification'
WHERE t.id >= %(first)s + %(from_tickets)s AND t.id < %(first)s + %(to_tickets)s
""",
)


@dataclass(frozen=True, slots=True)
class Span:
    """Counted cases and tickets of these numbers: the ends are not among them."""

    cases: tuple[int, int]
    tickets: tuple[int, int]


def found(city: City) -> dict[str, Any]:
    """Units, windows, officers and enterprises beside the demonstration city; what :func:`add` must know of them."""
    region, parent = city.regions["9901"], city.organisations["云州市人民政府"]
    # The city's people have been in office for as long as there is something to call about.
    db.session.connection().exec_driver_sql("UPDATE posts SET started_at = started_at - interval '2 years'")
    caller = db.session.scalar(sa.select(User.id).where(User.username == "wujie"))
    password = db.session.scalar(sa.select(User.password_hash).where(User.username == "hening"))
    place = {
        "first": FIRST, "units": UNITS, "windows": WINDOWS, "officers": OFFICERS, "items": ITEMS, "leader": LEADER,
        "enterprises": ENTERPRISES, "region": region.id, "path": region.path, "parent": parent.id,
        "above": parent.path, "password": password, "now": clock.now(), "caller": caller,
    }
    for statement in _PLACES:
        db.session.connection().exec_driver_sql(statement, place)
    db.session.commit()
    return place


def add(place: Mapping[str, Any], span: Span) -> None:
    """The cases of the span, rated as they are; the tables are analysed then."""
    connection = db.session.connection()
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    of_tickets, of_cases = _given(place, span.tickets), _given(place, span.cases)
    then_tickets, then_cases = _THEN.format(step=3), _THEN.format(step=1)
    connection.exec_driver_sql(_CASES.format(then=then_cases), of_cases)
    connection.exec_driver_sql(_TICKETS.format(then=then_tickets), of_tickets)
    these = "id >= %(first)s + %(from)s AND id < %(first)s + %(to)s"
    for statement in _OF_TICKETS:
        connection.exec_driver_sql(statement.format(these=these), of_tickets)
    both = {**place, "from_tickets": span.tickets[0], "to_tickets": span.tickets[1], "from_cases": span.cases[0],
            "to_cases": span.cases[1]}
    for statement in _RATINGS:
        connection.exec_driver_sql(
            statement.format(grade=_GRADE, anonymous=_ANONYMOUS, then=then_tickets, then_cases=then_cases), both)
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as outside:
        outside.exec_driver_sql("SET statement_timeout = 0")
        outside.exec_driver_sql("VACUUM ANALYZE")


def _given(place: Mapping[str, Any], span: tuple[int, int]) -> dict[str, Any]:
    return {**place, "from": span[0], "to": span[1]}
