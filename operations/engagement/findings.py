"""监督发现: a special observer files it, an office of the region answers it or puts it on the line (domain.md §1, §3)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update

from models import clock
from models.access import Post, Role
from models.base import db
from models.directory import Enterprise, Organisation, Region
from models.engagement import DutyAct, Finding, FindingKind
from models.tickets import Channel, Ticket, TicketKind
from operations import log, notices
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.scope import REGIONAL
from operations.base import operation
from operations.engagement.cadence import counting
from operations.errors import NotAllowed, Refused
from operations.tickets import intake
from operations.words import ensure_said

ANSWERING = (Role.CLERK, Role.SUPERVISOR)
READING = (Role.SPECIAL_OBSERVER, *REGIONAL)
WORDS_LIMIT, ANSWER_LIMIT, SUBJECT, SHOWN = 2000, 500, 60, 50


@operation
def file(actor: Actor, *, kind: FindingKind, words: str, unit: Organisation | None = None) -> Finding:
    """提交监督发现：it counts for the observer at once, and the offices above are told. Raises NotAllowed, BadInput."""
    posts = [post for post in actor.posts_as(Role.SPECIAL_OBSERVER) if post.region_path]
    if not posts:
        raise NotAllowed
    now = clock.now()
    made = Finding(kind=kind, unit_id=unit.id if unit else None, words=ensure_said(words, "请写发现了什么。", most=WORDS_LIMIT),
                   region_path=posts[0].region_path, filed_by_id=actor.user_id, filed_at=now)
    db.session.add(made)
    db.session.flush()
    counting.settle_person(made.filed_by_id, DutyAct.FINDING, now)
    _record("file_finding", made, actor, posts[0], words=made.words, kind=str(kind), unit=made.unit_id)
    notices.tell_people(_offices(posts[0].region_path), f"特约监督员{actor.name}提交了监督发现：{kind.label}",
                        about=f"finding.{made.id}", words=made.words)
    return made


@operation
def answer(finding: Finding, *, actor: Actor, words: str) -> None:
    """答复：what came of it, told to the observer, once. Raises NotAllowed, Refused."""
    standing = _standing(finding, actor, ANSWERING)
    words = ensure_said(words, "请写答复。", most=ANSWER_LIMIT)
    _close(finding, actor, words, ticket_id=None)
    _record("answer_finding", finding, actor, standing, words=words)


@operation
def put_on_line(finding: Finding, enterprise: Enterprise, *, actor: Actor) -> Ticket:
    """转办件: the service centre says which enterprise it is about; the unit named is in its text. Once."""
    standing = _standing(finding, actor, (Role.CLERK,))
    about = f"\n涉及单位：{finding.unit.name}" if finding.unit else ""
    content = f"{finding.words}\n来源：特约监督员提交的监督发现（{finding.kind.label}）。{about}"
    demand = intake.Demand(enterprise, finding.words[:SUBJECT], content, kind=TicketKind.SUGGESTION,
                           channel=Channel.OBSERVER)
    ticket = intake.submit(demand, actor=actor)
    _close(finding, actor, "已转为办件。", ticket_id=ticket.id)
    _record("put_finding_on_line", finding, actor, standing, ticket=ticket.id)
    return ticket


def get(actor: Actor, finding_id: int) -> Finding:
    """The finding, or NotFound."""
    return the_one(select(Finding).where(Finding.id == finding_id, _visible(actor)))


def listed(actor: Actor, *, before: int | None = None) -> Sequence[Any]:
    """Findings with the number and status of their tickets, the latest first: SHOWN and one more. One statement."""
    rows = select(Finding, Ticket.number, Ticket.status).outerjoin(Ticket, Ticket.id == Finding.ticket_id)
    if before is not None:
        rows = rows.where(Finding.id < before)
    return db.session.execute(rows.where(_visible(actor)).order_by(Finding.id.desc()).limit(SHOWN + 1)).all()


def ticket_of(finding: Finding) -> Any:
    """Number and status of the ticket it became; None when it became none."""
    return db.session.execute(select(Ticket.number, Ticket.status).where(Ticket.id == finding.ticket_id)).first()


def may_answer(finding: Finding, actor: Actor, *roles: Role) -> bool:
    """Whether the actor may answer it now, by one of these roles."""
    return finding.answered_at is None and _post_for(finding, actor, roles or ANSWERING) is not None


def _visible(actor: Actor) -> ColumnElement[bool]:
    above = (Finding.region_path.startswith(post.region_path, autoescape=True)
             for post in actor.posts_as(*REGIONAL) if post.region_path)
    own = Finding.filed_by_id == actor.user_id if actor.holds(Role.SPECIAL_OBSERVER) else Finding.id.is_(None)
    return or_(own, *above)


def _post_for(finding: Finding, actor: Actor, roles: Sequence[Role]) -> Standing | None:
    return actor.post_above(finding.region_path, roles=roles)


def _standing(finding: Finding, actor: Actor, roles: Sequence[Role]) -> Standing:
    found = _post_for(finding, actor, roles)
    if found is None or finding.filed_by_id == actor.user_id:
        raise NotAllowed
    return found


def _close(finding: Finding, actor: Actor, words: str, *, ticket_id: int | None) -> None:
    closing = update(Finding).where(Finding.id == finding.id, Finding.answered_at.is_(None)).values(
        answer=words, answered_by_id=actor.user_id, answered_at=clock.now(), ticket_id=ticket_id
    )
    if not db.session.connection().execute(closing).rowcount:
        raise Refused("这条监督发现已经答复过。")
    db.session.expire(finding)
    notices.tell_people([finding.filed_by_id], "你提交的监督发现有了答复", about=f"finding.{finding.id}", words=words)


def _offices(region_path: str) -> set[int]:
    """The clerks and supervisors of the region, and of those above it."""
    regions = [int(part) for part in region_path.split("/") if part]
    at = (
        select(Post.user_id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .join(Region, Region.id == Organisation.region_id)
        .where(Region.id.in_(regions), Post.role.in_(ANSWERING), Post.ended_at.is_(None))
    )
    return set(db.session.scalars(at))


def _record(
    action: str, finding: Finding, actor: Actor, standing: Standing, *, words: str = "", **details: Any
) -> None:
    log.record(action, object_type="finding", object_id=finding.id, actor=actor, standing=standing, words=words,
               details=details)
