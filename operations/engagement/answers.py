"""确认 and 没有这回事: what the enterprise says of an interaction, once and for good."""

from typing import Any

from sqlalchemy import Integer, bindparam, select

from models import clock
from models.access import Post, Role
from models.base import db
from models.directory import Enterprise, Organisation, OrganisationKind, Region
from models.engagement import Interaction, InteractionAnswer
from models.notices import NoticeKind
from operations import log, notices
from operations.access.actor import Actor, Standing
from operations.base import insert_ignoring, operation
from operations.engagement.effectiveness import Verdict, after_answer
from operations.errors import NotAllowed, Refused
from operations.insight.lines import NOW


@operation
def answer(noted: Interaction, *, actor: Actor, is_confirmed: bool) -> None:
    """确认互动 or 没有这回事：the first answer stands. A denial is told to the steward's unit and the supervisors.

    Raises NotAllowed for who is no member of the enterprise, Refused for a second answer.
    """
    standing, now = _standing(noted, actor), clock.now()
    if noted.is_exchange:
        raise Refused("这是平台消息往来，您已经回复过，不需要再确认。")
    row = {"interaction_id": noted.id, "is_confirmed": is_confirmed, "answered_by_id": actor.user_id,
           "answered_at": now}
    taken = insert_ignoring(InteractionAnswer).values(row).returning(InteractionAnswer.interaction_id)
    if db.session.scalar(taken) is None:
        raise Refused("这条互动贵企业已经答复过，答复不能更改。")
    before = Verdict(noted.effect, noted.flaw)
    verdict = after_answer(before, is_confirmed=is_confirmed, answered_at=now,
                           window_ends_at=noted.window_ends_at or noted.recorded_at)
    noted.effect, noted.flaw = verdict.effect, verdict.flaw
    log.record("confirm_interaction" if is_confirmed else "deny_interaction", object_type="interaction",
               object_id=noted.id, actor=actor, standing=standing,
               details={"enterprise": noted.enterprise_id, "effect": str(verdict.effect)})
    if not is_confirmed:
        _tell_of_denial(noted)


def waiting_for(enterprise_ids: list[int], limit: int = 5) -> list[Any]:
    """The notes of these enterprises that nobody has answered and whose window is open, the newest first."""
    return list(db.session.scalars(_WAITING, {"among": enterprise_ids, "now": clock.now(), "most": limit}))


def _standing(noted: Interaction, actor: Actor) -> Standing:
    for post in actor.posts_as(Role.ENTERPRISE_MEMBER):
        if post.enterprise_id == noted.enterprise_id:
            return post
    raise NotAllowed


def _tell_of_denial(noted: Interaction) -> None:
    """The leaders of the steward's unit, and the supervisors and the centre above the enterprise's region."""
    units = select(Post.organisation_id).where(
        Post.user_id == noted.steward_id, Post.role == Role.STEWARD, Post.ended_at.is_(None)
    )
    leaders = select(Post.user_id).where(
        Post.organisation_id.in_(units), Post.role == Role.UNIT_LEADER, Post.ended_at.is_(None)
    )
    path = select(Region.path).join(Enterprise, Enterprise.region_id == Region.id)
    found = db.session.scalar(path.where(Enterprise.id == noted.enterprise_id)) or ""
    regions = [int(part) for part in found.split("/") if part]
    offices = (OrganisationKind.SUPERVISION_OFFICE, OrganisationKind.SERVICE_CENTRE)
    above = (
        select(Post.user_id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .where(Organisation.region_id.in_(regions), Organisation.kind.in_(offices), Post.ended_at.is_(None),
               Post.role.in_([Role.SUPERVISOR, Role.CLERK]))
    )
    people = db.session.scalars(leaders.union(above)).all()
    name = noted.enterprise.called
    notices.tell_people(people, f"{name}否认了一次{noted.kind.label}记录", about=f"denial.{noted.id}", words=noted.content,
                        kind=NoticeKind.MESSAGE)
    notices.tell_people([noted.steward_id], f"{name}说没有这次{noted.kind.label}", about=f"denied.{noted.id}",
                        words=noted.content, kind=NoticeKind.MESSAGE)


_ANSWERED = select(InteractionAnswer.interaction_id).where(InteractionAnswer.interaction_id == Interaction.id)
_WAITING = (
    select(Interaction)
    .where(
        Interaction.enterprise_id.in_(bindparam("among", expanding=True)), Interaction.window_ends_at >= NOW,
        Interaction.is_exchange.is_(False), ~_ANSWERED.exists(),
    )
    .order_by(Interaction.occurred_at.desc(), Interaction.id.desc())
    .limit(bindparam("most", type_=Integer))
)
