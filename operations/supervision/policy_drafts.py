"""规则草案: one proposes other rules and sees what they would have done; another approves; from their day they hold."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from models import clock
from models.base import db
from models.clocks import ClockKind, Policy, PolicyDraft
from models.refusals import FEWEST_MEMBERS, RefusalLevel
from models.tickets import TicketKind
from operations.access.actor import Actor
from operations.base import operation
from operations.clocks import drafts, policies, rulebook, shanghai
from operations.clocks.calendar import Limit
from operations.clocks.reckoning import midnight
from operations.clocks.rulebook import Rulebook
from operations.errors import BadInput, Refused
from operations.supervision.sweep import WINDOWS
from operations.supervision.what_if import estimating

Values = Mapping[str, Mapping[str, Any]]
EDITABLE = ("ladder", "handling_limits", "stage_limits", "refusal")
AHEAD = timedelta(days=366)
MOST_REJECTIONS, MOST_MEMBERS = 9, 15


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
    standing = drafts.ensure_welcome(PolicyDraft, actor=actor, reason=reason)
    ensure_sound(changes)
    _ensure_ahead(effective_on)
    _ensure_free(changes, effective_on)
    draft = PolicyDraft(
        changes={name: dict(of) for name, of in changes.items()}, before=_before(rulebook.current(), changes),
        estimate=try_out(changes), effective_on=effective_on, reason=reason,
    )
    return drafts.put_forward(draft, actor=actor, standing=standing)


@operation
def approve(draft_id: int, *, actor: Actor, answer: str = "") -> PolicyDraft:
    """批准：the rules hold from their day on. Raises Refused for one's own draft, or when the rules changed since."""
    draft = drafts.approve(PolicyDraft, draft_id, actor=actor, answer=answer)
    _ensure_ahead(draft.effective_on)
    if draft.base_version != rulebook.current().version:
        raise Refused("提出以后规则或工作日历有过变化，推演已经不准。请撤回后重新提出。")
    _ensure_free(draft.changes, draft.effective_on)
    for name, values in draft.changes.items():
        db.session.add(Policy(name=name, value=values, effective_at=midnight(draft.effective_on), reason=draft.reason,
                              set_by_id=draft.proposed_by_id, set_at=clock.now()))
    return draft


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
