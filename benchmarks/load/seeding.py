"""The city under load: the large demonstration, tickets of every stage with their past in the log, people to sign in.

The demonstration is what `zhitongche demo --enterprises` makes; the tickets are made where they are kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.cli import founding
from benchmarks.crowd import Copier, enrol
from jobs.schedule import SCHEDULE
from models import clock
from models.access import MemberRole, Role, User
from models.base import db
from models.directory import Enterprise, Organisation, OrganisationKind, Stewardship
from models.engine import let_work_last
from models.log import Event, LogHead
from models.tickets import Act, Ticket
from operations import log
from operations.access.actor import Actor, Standing
from operations.demo.metropolis import building
from operations.demo.metropolis.firms import SOURCE
from operations.tickets import intake

FIRST, CHUNK = 1_000_000, 100_000
# Of a thousand tickets so many are at each stage; the others are closed.
STAGES = (("submitted", 6), ("coordinating", 4), ("handling", 30), ("replied", 6), ("followed_up", 6))
CLOCKS = {"submitted": "acceptance", "coordinating": "coordination", "handling": "handling", "replied": "follow_up",
          "followed_up": "rating"}
# What is told of a closed ticket: eight events, as a city's 8,000,000 of 1,000,000 tickets.
PAST = (
    (Act.SUBMIT, None, "submitted"), (Act.ACCEPT, "submitted", "coordinating"),
    (Act.DISPATCH, "coordinating", "handling"), (Act.SIGN, "handling", "handling"),
    (Act.REPORT_RESULT, "handling", "handled"), (Act.REPLY, "handled", "replied"),
    (Act.FOLLOW_UP, "replied", "followed_up"), (Act.RATE, "followed_up", "closed"),
)
HAPPENED = {"submitted": 1, "coordinating": 2, "handling": 4, "replied": 6, "followed_up": 7, "closed": 8}
HANDLING = (OrganisationKind.BUREAU, OrganisationKind.TOWN, OrganisationKind.GOVERNMENT)
EMPLOYED = {  # role: the organisations of the demonstration whose people these are; officers are at every handling unit
    Role.CLERK: ("云州市企业服务中心",), Role.SUPERVISOR: ("云州市营商环境建设局",), Role.LEADER: ("云州市人民政府",),
    Role.DISCIPLINE_OBSERVER: ("云州市纪委监委",), Role.CASE_OFFICER: (),
}
_TICKETS = """
INSERT INTO tickets (id, number, subject, content, kind, urgency, difficulty, category, channel, is_confidential,
                     enterprise_id, region_id, region_path, contact_name, contact_phone, status, round, lead_unit_id,
                     submitted_at, is_provisional, rung, version, due_at, warn_at, closed_at)
SELECT %(first)s + n, 'ZQ-' || to_char(begun, 'YYYY-MM-') || lpad((%(first)s + n)::text, 7, '0'),
       '扩建车间消防验收要求不一致（' || n || '）', repeat('请有关部门尽快协调解决，已影响生产。', 4),
       'help', 'ordinary', 'ordinary', '城乡建设', 'platform', false, e.id, e.region_id, r.path, '', '', stage, 1,
       CASE WHEN stage NOT IN ('submitted', 'coordinating') THEN (%(units)s::int[])[1 + n %% %(bureaus)s] END,
       begun, false, 0, 3,
       CASE WHEN stage <> 'closed' THEN %(now)s + (1 + n %% 100) * interval '1 hour' + interval '1 day' END,
       CASE WHEN stage <> 'closed' THEN %(now)s + (1 + n %% 100) * interval '1 hour' END,
       CASE WHEN stage = 'closed' THEN begun + interval '9 days' END
FROM (SELECT n, stage, CASE WHEN stage = 'closed'
                             THEN %(now)s - interval '10 days' - (n %% 8000) * interval '1 hour'
                             ELSE %(now)s - (n %% 30) * interval '1 hour' END AS begun
      FROM (SELECT n, CASE {stages} ELSE 'closed' END AS stage
            FROM generate_series(%(from)s::int, %(to)s::int - 1) n) drawn) made
JOIN enterprises e ON e.id = %(owner)s + n::bigint * 7919 %% %(enterprises)s
JOIN regions r ON r.id = e.region_id
ON CONFLICT (number) DO NOTHING
"""
_OF_TICKETS = (
    "INSERT INTO rounds (ticket_id, number, reason, opened_at) SELECT id, 1, '', submitted_at FROM tickets "
    "WHERE {these}",
    """
INSERT INTO unit_orders (ticket_id, round, unit_id, role, basis, ordered_at, signed_at, contacted_at, report, ended_at,
                         outcome)
SELECT id, 1, lead_unit_id, 'lead', '', submitted_at,
       CASE WHEN id %% 4 > 0 OR status <> 'handling' THEN submitted_at END,
       CASE WHEN id %% 4 > 0 OR status <> 'handling' THEN submitted_at END, '',
       CASE WHEN status <> 'handling' THEN submitted_at END, CASE WHEN status <> 'handling' THEN 'done' END
FROM tickets WHERE lead_unit_id IS NOT NULL AND {these}
""",
    """
INSERT INTO results (ticket_id, round, unit_id, kind, text, next_step, reported_at)
SELECT id, 1, lead_unit_id, 'solved', '已经办好。', '', submitted_at FROM tickets
WHERE status IN ('replied', 'followed_up', 'closed') AND {these}
""",
    """
INSERT INTO replies (ticket_id, round, method, text, first_answer, told_at, recorded_at)
SELECT id, 1, 'phone', '已经告诉企业。', '', submitted_at, submitted_at FROM tickets
WHERE status IN ('replied', 'followed_up', 'closed') AND {these}
""",
    """
INSERT INTO follow_ups (ticket_id, round, attempt, was_reached, is_solved, is_satisfied, words, called_at, called_by_id)
SELECT id, 1, 1, true, true, true, '', submitted_at, %(caller)s FROM tickets
WHERE status IN ('followed_up', 'closed') AND {these}
""",
    """
INSERT INTO clocks (ticket_id, round, kind, "limit", started_at, original_due_at, due_at, warn_at, is_provisional,
                    due_version, fire_at, stopped_at, outcome)
SELECT id, 1, coalesce(%(clocks)s::jsonb ->> status, 'handling'), '5d', submitted_at, coalesce(due_at, closed_at),
       coalesce(due_at, closed_at), coalesce(warn_at, closed_at), false, 1, warn_at, closed_at,
       CASE WHEN closed_at IS NOT NULL THEN 'met' END
FROM tickets WHERE {these}
""",
    """
INSERT INTO rating_tokens (token_hash, ticket_id, round, made_at, expires_at)
SELECT encode(sha256(('load-link-' || id)::bytea), 'hex'), id, 1, %(now)s, %(now)s + interval '7 days' FROM tickets
WHERE status = 'followed_up' AND {these}
""",
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the city is, how many people work in it at once, and for how long."""

    enterprises: int
    stewards: int
    tickets: int
    users: int
    seconds: int


def build(sizes: Sizes) -> dict[str, list[str]]:
    """Fill a PostgreSQL database, or take one that was filled before as it is now. Returns who may sign in, by role,
    and the links of ratings that nobody has given yet."""
    let_work_last(db.engine)
    founding.prepare()
    if not db.session.scalar(sa.text("SELECT EXISTS (SELECT 1 FROM tickets WHERE id >= :first)"), {"first": FIRST}):
        _fill(sizes)
    db.session.execute(sa.update(User).values(password_changed_at=clock.now()))  # nobody is asked for a new one today
    db.session.commit()
    cast = {role.value: _hired(role) for role in EMPLOYED}
    cast["member"] = _hired(Role.ENTERPRISE_MEMBER)
    cast["steward"] = _stewards(sizes.users)
    rated = sa.text("SELECT 'load-link-' || id FROM tickets WHERE id >= :first AND status = 'followed_up' ORDER BY id")
    cast["links"] = list(db.session.scalars(rated, {"first": FIRST}))
    return cast


def _fill(sizes: Sizes) -> None:
    founding.furnish()
    founding.enlarge(building.Sizes(sizes.enterprises, sizes.stewards), [])
    # The people have been in office for as long as there is something to tell of.
    db.session.connection().exec_driver_sql("UPDATE posts SET started_at = started_at - interval '2 years'")
    password = db.session.scalars(sa.select(User.password_hash).where(User.username == "liumin")).one()
    place = _place(sizes)
    for role, names in EMPLOYED.items():
        _hire(role, _organisations(place, names), sizes.users, password or "")
    _add_members(place, sizes.users, password or "")
    db.session.commit()
    for start in range(0, sizes.tickets, CHUNK):
        _add_tickets(place, start, min(start + CHUNK, sizes.tickets))
    founding.prepare()  # the tickets' search index
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as outside:
        outside.exec_driver_sql("VACUUM ANALYZE")
    for job in SCHEDULE:  # a city has had its nights: the working day does not begin with the work of all of them
        job.run(current_app.config)


def _place(sizes: Sizes) -> dict[str, Any]:
    # In a city most is carried by its towns and counties; eight bureaus with all of it would each have 4,000 open.
    handling = sa.select(Organisation.id).where(Organisation.kind.in_(HANDLING)).order_by(Organisation.id)
    units = db.session.scalars(handling).all()
    owner = db.session.scalar(sa.select(sa.func.min(Enterprise.id)).where(Enterprise.source == SOURCE))
    caller = db.session.scalar(sa.select(User.id).where(User.username == "wujie"))
    clocks = "{" + ", ".join(f'"{status}": "{kind}"' for status, kind in CLOCKS.items()) + "}"
    return {"first": FIRST, "units": list(units), "bureaus": len(units), "owner": owner, "caller": caller,
            "enterprises": sizes.enterprises, "clocks": clocks, "now": clock.now()}


def _organisations(place: Mapping[str, Any], names: Sequence[str]) -> list[int]:
    if not names:
        return list(place["units"])
    return list(db.session.scalars(sa.select(Organisation.id).where(Organisation.name.in_(names))))


def _hire(role: Role, organisations: Sequence[int], count: int, password: str) -> None:
    """``count`` people of a role, dealt over the organisations in turn."""
    regions: dict[int, int] = dict(db.session.execute(
        sa.select(Organisation.id, Organisation.region_id).where(Organisation.id.in_(organisations))).all())
    offices = [organisations[n % len(organisations)] for n in range(count)]
    enrol(_prefix(role), [{"role": role, "organisation_id": own, "region_id": regions[own], "rank": 9}
                          for own in offices], password=password)


def _add_members(place: Mapping[str, Any], count: int, password: str) -> None:
    """One administrator for each of ``count`` enterprises, far apart."""
    step = max(1, place["enterprises"] // count)
    posts = [{"role": Role.ENTERPRISE_MEMBER, "enterprise_id": place["owner"] + n * step,
              "member_role": MemberRole.ADMINISTRATOR, "rank": 9}
             for n in range(min(count, place["enterprises"]))]
    enrol(_prefix(Role.ENTERPRISE_MEMBER), posts, password=password)


def _hired(role: Role) -> list[str]:
    names = sa.select(User.username).where(User.username.startswith(_prefix(role), autoescape=True))
    return list(db.session.scalars(names.order_by(User.id)))


def _prefix(role: Role) -> str:
    return f"load_{role.value}_"


def _stewards(count: int) -> list[str]:
    """Stewards of the large city who have enterprises, those with most first."""
    having = (sa.select(User.username).join(Stewardship, Stewardship.steward_id == User.id)
              .where(Stewardship.ended_at.is_(None), User.username.startswith("guanjia"))
              .group_by(User.username).order_by(sa.func.count().desc(), User.username).limit(count))
    return list(db.session.scalars(having))


def _add_tickets(place: Mapping[str, Any], start: int, end: int) -> None:
    """The tickets of these numbers with all that hangs on them, one transaction."""
    connection, given = db.session.connection(), {**place, "from": start, "to": end}
    connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
    connection.exec_driver_sql(_TICKETS.format(stages=_stages()), given)
    these = "id >= %(first)s + %(from)s AND id < %(first)s + %(to)s"
    for statement in _OF_TICKETS:
        connection.exec_driver_sql(statement.format(these=these), given)
    made = sa.select(Ticket.id, Ticket.number, Ticket.subject, Ticket.content, Ticket.status, Ticket.submitted_at)
    within = made.where(Ticket.id >= FIRST + start, Ticket.id < FIRST + end)
    _seal(Copier(connection), db.session.execute(within.order_by(Ticket.id)).all(), place["caller"])
    db.session.commit()


def _stages() -> str:
    """The stage of the n-th ticket, spread so that neighbours differ; %% for the driver."""
    whens, upto = [], 0
    for status, share in STAGES:
        upto += share
        whens.append(f"WHEN n::bigint * 37 %% 1000 < {upto} THEN '{status}'")
    return " ".join(whens)


def _seal(copy: Copier, tickets: Sequence[Any], user_id: int) -> None:
    """What has happened to each, as links of the true chain."""
    actor = Actor(user_id, "吴洁", (Standing(None, "clerk"),))  # type: ignore[arg-type]
    head = db.session.get_one(LogHead, 1)
    seq, prev = head.seq, head.hash

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal seq, prev
        for ticket in tickets:
            for number, (act, source, target) in enumerate(PAST[:HAPPENED[ticket.status]]):
                seq += 1
                at = ticket.submitted_at.astimezone(UTC) + timedelta(seconds=number)
                details = {"digest": intake.content_digest(ticket)} if act is Act.SUBMIT else {}
                draft = log.Draft(act, "ticket", ticket.id, at, actor, ticket_id=ticket.id, round=1, source=source,
                                  target=target, is_public=True, details=details)
                row, _ = log.link(draft, seq, prev, "load")
                prev = row["hash"]
                yield row

    copy(Event, rows())
    head.seq, head.hash = seq, prev
    db.session.flush()
