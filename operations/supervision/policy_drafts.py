"""规则草案: one proposes other rules and sees what they would have done; another approves; from their day they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.clocks import ClockKind, DraftDecision, Policy, PolicyDraft
from models.refusals import FEWEST_MEMBERS, RefusalLevel
from models.tickets import TicketKind
from operations import log, notices
from operations.access import persons
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.ground import is_over_all
from operations.base import operation
from operations.clocks import policies, rulebook, shanghai
from operations.clocks.calendar import Limit
from operations.clocks.reckoning import midnight
from operations.clocks.rulebook import Rulebook
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.supervision.sweep import WINDOWS
from operations.supervision.what_if import estimating

Values = Mapping[str, Mapping[str, Any]]
PROPOSERS = (Role.SUPERVISOR, Role.SECURITY_ADMINISTRATOR)
EDITABLE = ("ladder", "handling_limits", "stage_limits", "refusal")
REASON_LIMIT, AHEAD = 200, timedelta(days=366)
MOST_REJECTIONS, MOST_MEMBERS = 9, 15


def may_propose(actor: Actor) -> bool:
    """Whether the actor may propose and decide: a security administrator, or a supervisor of the whole site."""
    return _post_of(actor) is not None


def changed(values: Values) -> dict[str, dict[str, Any]]:
    """Of these values those that are not what holds now."""
    rules = rulebook.current()
    kept = {name: {key: value for key, value in of.items() if rules.policy(name).get(key) != value}
            for name, of in values.items()}
    return {name: of for name, of in kept.items() if of}


def try_out(changes: Values) -> dict[str, Any]:
    """推演：what these changes would have done in the last 90 days. Writes nothing. Raises BadInput."""
    ensure_sound(changes)
    rules = rulebook.current()
    return estimating.estimate(rules, _under(rules, changes), at=clock.now())


@operation
def propose(changes: Values, *, effective_on: date, reason: str, actor: Actor) -> PolicyDraft:
    """提出：the change waits with its estimate for another's word. Raises NotAllowed, BadInput, Refused."""
    standing = _standing(actor)
    ensure_sound(changes)
    _ensure_ahead(effective_on)
    if not reason.strip() or len(reason) > REASON_LIMIT:
        raise BadInput(f"请写明理由和依据，{REASON_LIMIT} 字以内。")
    if waiting() is not None:
        raise Refused("已有一份草案待审批，请先审批或撤回。")
    _ensure_free(changes, effective_on)
    rules = rulebook.current()
    draft = PolicyDraft(
        changes={name: dict(of) for name, of in changes.items()}, before=_before(rules, changes),
        estimate=try_out(changes), base_version=rules.version, effective_on=effective_on, reason=reason,
        proposed_by_id=actor.user_id, proposed_at=clock.now(),
    )
    db.session.add(draft)
    db.session.flush()
    log.record("propose_policy", object_type="policy_draft", object_id=draft.id, actor=actor, standing=standing,
               words=reason, details={"changes": draft.changes, "effective_on": effective_on.isoformat()})
    notices.tell_people(_deciders(actor), "规则草案待审批", about=f"policy_draft.{draft.id}", words=reason)
    return draft


@operation
def approve(draft_id: int, *, actor: Actor, answer: str = "") -> PolicyDraft:
    """批准：the rules hold from their day on. Raises Refused for one's own draft, or when the rules changed since."""
    draft = _decide(draft_id, DraftDecision.APPROVED, actor=actor, answer=answer)
    _ensure_ahead(draft.effective_on)
    if draft.base_version != rulebook.current().version:
        raise Refused("提出以后规则或工作日历有过变化，推演已经不准。请撤回后重新提出。")
    _ensure_free(draft.changes, draft.effective_on)
    for name, values in draft.changes.items():
        db.session.add(Policy(name=name, value=values, effective_at=midnight(draft.effective_on), reason=draft.reason,
                              set_by_id=draft.proposed_by_id, set_at=clock.now()))
    return draft


@operation
def decline(draft_id: int, *, actor: Actor, answer: str) -> PolicyDraft:
    """不批准，with the reason."""
    if not answer.strip():
        raise BadInput("请写明不批准的理由。")
    return _decide(draft_id, DraftDecision.DECLINED, actor=actor, answer=answer)


@operation
def withdraw(draft_id: int, *, actor: Actor) -> PolicyDraft:
    """撤回：by whoever proposed it."""
    return _decide(draft_id, DraftDecision.WITHDRAWN, actor=actor, answer="")


def waiting() -> PolicyDraft | None:
    """The draft that waits for a decision."""
    return db.session.scalar(select(PolicyDraft).where(PolicyDraft.decided_at.is_(None)).order_by(PolicyDraft.id))


def get(draft_id: int) -> tuple[PolicyDraft, str, str]:
    """A draft with the names of who proposed and who decided it. Raises NotFound."""
    return next(iter(_named(PolicyDraft.id == draft_id)), None) or _missing()


def decided(limit: int = 30) -> Sequence[tuple[PolicyDraft, str, str]]:
    """The decided drafts, the newest first."""
    return _named(PolicyDraft.decided_at.is_not(None))[:limit]


def ensure_sound(changes: Values) -> None:
    """Raise BadInput for what no rule can be, with the name of what is wrong."""
    if not changes:
        raise BadInput("没有改动任何规则。")
    for name, values in changes.items():
        known = policies.DEFAULTS.get(name, {}) if name in EDITABLE else {}
        for key, value in values.items():
            if key not in known or not _is_sound(name, key, value):
                raise BadInput(f"规则 {name}.{key} 的值无法识别。")


def _is_sound(name: str, key: str, value: Any) -> bool:
    default = policies.DEFAULTS[name][key]
    if name == "refusal":
        if key == "members":
            return isinstance(value, int) and FEWEST_MEMBERS <= value <= MOST_MEMBERS
        if key == "height":
            return value in set(RefusalLevel)
        return isinstance(value, dict) and set(value) <= set(TicketKind) and set(value.values()) <= set(RefusalLevel)
    if isinstance(default, bool):
        return isinstance(value, bool)
    if isinstance(default, int):
        return isinstance(value, int) and 1 <= value <= MOST_REJECTIONS
    if isinstance(default, list):
        return isinstance(value, list) and set(value) <= set(ladder_kinds())
    try:
        return str(Limit.stored(value)) == value
    except (ValueError, TypeError):
        return False


def ladder_kinds() -> list[str]:
    """The clocks that may open a first supervision or a reminder when they lapse."""
    return [str(kind) for kind in ClockKind if kind not in WINDOWS]


def _under(rules: Rulebook, changes: Values) -> Rulebook:
    changed_ones = {name: {**rules.values[name], **of} for name, of in changes.items()}
    return replace(rules, values={**rules.values, **changed_ones})


def _before(rules: Rulebook, changes: Values) -> dict[str, dict[str, Any]]:
    return {name: {key: rules.policy(name)[key] for key in of} for name, of in changes.items()}


def _ensure_ahead(effective_on: date) -> None:
    today = shanghai.today()
    if not today < effective_on <= today + AHEAD:
        raise BadInput("生效日期应在明天以后、一年以内。")


def _ensure_free(changes: Values, effective_on: date) -> None:
    taken = select(Policy.name).where(Policy.name.in_(changes), Policy.effective_at == midnight(effective_on))
    if db.session.scalars(taken).first():
        raise Refused("这一天已经有同一类规则生效，请改用另一天。")


def _decide(draft_id: int, decision: DraftDecision, *, actor: Actor, answer: str) -> PolicyDraft:
    """Claim the draft with this decision: of two people the first; nobody approves their own."""
    standing = _standing(actor)
    draft = the_one(select(PolicyDraft).where(PolicyDraft.id == draft_id))
    is_own = draft.proposed_by_id == actor.user_id
    if is_own is not (decision is DraftDecision.WITHDRAWN):
        raise Refused("提出的人不能自己审批，请由另一人审批。" if is_own else "只有提出的人可以撤回。")
    if not is_own and persons.are_one(actor.user_id, draft.proposed_by_id):
        raise Refused("提出的人换一个账号也不能审批，请由另一人审批。")
    if len(answer) > REASON_LIMIT:
        raise BadInput(f"请在 {REASON_LIMIT} 字以内说明。")
    claim = update(PolicyDraft).where(PolicyDraft.id == draft_id, PolicyDraft.decided_at.is_(None))
    values = {"decision": decision, "decided_by_id": actor.user_id, "decided_at": clock.now(), "answer": answer}
    if not db.session.execute(claim.values(values)).rowcount:  # type: ignore[attr-defined]
        raise Refused("这份草案已经有了结论。")
    db.session.refresh(draft)
    log.record(f"{decision}_policy", object_type="policy_draft", object_id=draft.id, actor=actor, standing=standing,
               words=answer, details={"changes": draft.changes, "effective_on": draft.effective_on.isoformat()})
    if not is_own:
        notices.tell_people([draft.proposed_by_id], f"规则草案{decision.label}", about=f"policy_draft.{draft.id}",
                            words=answer)
    return draft


def _post_of(actor: Actor) -> Standing | None:
    return next((post for post in actor.posts_as(*PROPOSERS)
                 if post.role is Role.SECURITY_ADMINISTRATOR or is_over_all(post.region_path)), None)


def _standing(actor: Actor) -> Standing:
    post = _post_of(actor)
    if post is None:
        raise NotAllowed
    return post


def _deciders(actor: Actor) -> list[int]:
    rows = select(Post.user_id).where(Post.role.in_(PROPOSERS), Post.ended_at.is_(None), Post.user_id != actor.user_id)
    return list(db.session.scalars(rows.distinct()))


def _named(condition: Any) -> list[tuple[PolicyDraft, str, str]]:
    one, other = db.aliased(User), db.aliased(User)
    rows = (
        select(PolicyDraft, one.name, other.name)
        .join(one, one.id == PolicyDraft.proposed_by_id)
        .outerjoin(other, other.id == PolicyDraft.decided_by_id)
        .where(condition)
        .order_by(PolicyDraft.id.desc())
    )
    return [(draft, by, decider or "") for draft, by, decider in db.session.execute(rows)]


def _missing() -> Any:
    raise NotFound
