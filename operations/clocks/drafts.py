"""草案: what moves everybody's deadlines takes two people. One proposes; another, and no second account, decides."""

from typing import Any, NoReturn, TypeVar

from sqlalchemy import select, update

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.clocks import Draft, DraftDecision
from models.directory import Organisation, Region
from operations import log, notices
from operations.access import persons
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.ground import is_over_all
from operations.access.people import as_now
from operations.base import operation
from operations.clocks import rulebook
from operations.errors import BadInput, NotAllowed, NotFound, Refused

D = TypeVar("D", bound=Draft)

PROPOSERS = (Role.SUPERVISOR, Role.SECURITY_ADMINISTRATOR)
REASON_LIMIT = 200


def may_propose(actor: Actor) -> bool:
    """Whether the actor may propose and decide: a security administrator, or a supervisor of the whole site."""
    return _post_of(actor) is not None


def standing_of(actor: Actor) -> Standing:
    """The post by which they do. Raises NotAllowed."""
    post = _post_of(actor)
    if post is None:
        raise NotAllowed
    return post


def ensure_welcome(model: type[D], *, actor: Actor, reason: str) -> Standing:
    """The post by which the actor may propose such a draft now. Raises NotAllowed, BadInput, Refused."""
    standing = standing_of(actor)
    if not reason.strip() or len(reason) > REASON_LIMIT:
        raise BadInput(f"请写明理由和依据，{REASON_LIMIT} 字以内。")
    if waiting(model) is not None:
        raise Refused("已有一份草案待审批，请先审批或撤回。")
    return standing


def put_forward(draft: D, *, actor: Actor, standing: Standing) -> D:
    """提出, in the running operation: the draft waits for another's word."""
    draft.base_version, draft.proposed_at = rulebook.current().version, clock.now()
    draft.proposed_by_id = actor.user_id  # type: ignore[assignment]
    db.session.add(draft)
    db.session.flush()
    _note(f"propose_{draft.subject}", draft, actor, standing, draft.reason)
    notices.tell_people(_deciders(actor), f"{draft.label}待审批", about=_about(draft), words=draft.reason)
    return draft


def approve(model: type[D], draft_id: int, *, actor: Actor, answer: str) -> D:
    """批准, in the running operation, which then does what was proposed. Raises Refused for one's own."""
    return _decide(model, draft_id, DraftDecision.APPROVED, actor=actor, answer=answer)


@operation
def decline(model: type[D], draft_id: int, *, actor: Actor, answer: str) -> D:
    """不批准，with the reason."""
    if not answer.strip():
        raise BadInput("请写明不批准的理由。")
    return _decide(model, draft_id, DraftDecision.DECLINED, actor=actor, answer=answer)


@operation
def withdraw(model: type[D], draft_id: int, *, actor: Actor) -> D:
    """撤回：by whoever proposed it."""
    return _decide(model, draft_id, DraftDecision.WITHDRAWN, actor=actor, answer="")


def waiting(model: type[D]) -> D | None:
    """The draft that waits for a decision."""
    return db.session.scalar(select(model).where(model.decided_at.is_(None)).order_by(model.id))


def get(model: type[D], draft_id: int) -> tuple[D, str, str]:
    """A draft with the names of who proposed and who decided it. Raises NotFound."""
    return next(iter(_named(model, model.id == draft_id, 1)), None) or _missing()


def obstacle(draft: Draft) -> str:
    """Why nobody can approve it any more, empty while somebody can: both must be who may when it comes to pass."""
    by = as_now(draft.proposed_by_id)
    if draft.decided_at or may_propose(by):
        return ""
    return f"提出的{by.name}已经离岗，不能再批准：请不批准，由在岗的人另提。"


def decided(model: type[D], limit: int = 30) -> list[tuple[D, str, str]]:
    """The decided drafts, the newest first."""
    return _named(model, model.decided_at.is_not(None), limit)


def _decide(model: type[D], draft_id: int, decision: DraftDecision, *, actor: Actor, answer: str) -> D:
    """Claim the draft with this decision: of two people the first; nobody approves their own."""
    standing = standing_of(actor)
    draft = the_one(select(model).where(model.id == draft_id))
    is_own = draft.proposed_by_id == actor.user_id
    if is_own is not (decision is DraftDecision.WITHDRAWN):
        raise Refused("提出的人不能自己审批，请由另一人审批。" if is_own else "只有提出的人可以撤回。")
    if not is_own and persons.are_one(actor.user_id, draft.proposed_by_id):
        raise Refused("提出的人换一个账号也不能审批，请由另一人审批。")
    if decision is DraftDecision.APPROVED and (words := obstacle(draft)):
        raise Refused(words)
    if len(answer) > REASON_LIMIT:
        raise BadInput(f"请在 {REASON_LIMIT} 字以内说明。")
    claim = update(model).where(model.id == draft_id, model.decided_at.is_(None))
    values = {"decision": decision, "decided_by_id": actor.user_id, "decided_at": clock.now(), "answer": answer}
    if not db.session.execute(claim.values(values)).rowcount:  # type: ignore[attr-defined]
        raise Refused("这份草案已经有了结论。")
    db.session.refresh(draft)
    _note(f"{decision}_{draft.subject}", draft, actor, standing, answer)
    if not is_own:
        subject = f"{draft.label}{decision.label}"
        notices.tell_people([draft.proposed_by_id], subject, about=_about(draft), words=answer)
    return draft


def _post_of(actor: Actor) -> Standing | None:
    return next((post for post in actor.posts_as(*PROPOSERS)
                 if post.role is Role.SECURITY_ADMINISTRATOR or is_over_all(post.region_path)), None)


def _deciders(actor: Actor) -> list[int]:
    rows = (
        select(Post.user_id, Post.role, Region.path)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .join(Region, Region.id == Organisation.region_id)
        .where(Post.role.in_(PROPOSERS), Post.ended_at.is_(None), Post.user_id != actor.user_id)
    )
    return [user_id for user_id, role, path in db.session.execute(rows)
            if role is Role.SECURITY_ADMINISTRATOR or is_over_all(path)]


def _note(action: str, draft: Draft, actor: Actor, standing: Standing, words: str) -> None:
    log.record(action, object_type=f"{draft.subject}_draft", object_id=draft.id, actor=actor, standing=standing,
               words=words, details=draft.facts)


def _about(draft: Draft) -> str:
    return f"{draft.subject}_draft.{draft.id}"


def _named(model: type[D], condition: Any, limit: int) -> list[tuple[D, str, str]]:
    one, other = db.aliased(User), db.aliased(User)
    rows = (
        select(model, one.name, other.name)
        .join(one, one.id == model.proposed_by_id)
        .outerjoin(other, other.id == model.decided_by_id)
        .where(condition)
        .order_by(model.id.desc())
        .limit(limit)
    )
    return [(draft, by, decider or "") for draft, by, decider in db.session.execute(rows)]


def _missing() -> NoReturn:
    raise NotFound
