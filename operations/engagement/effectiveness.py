"""有效互动: the mechanical rule of domain.md §3, as a pure function and in words. Nobody grades by hand."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.engagement import Effect, Flaw
from operations.clocks.calendar import Limit


@dataclass(frozen=True, slots=True)
class Terms:
    """The thresholds (policy ``effective_interaction``): working days, hours apart, characters at least."""

    window: Limit
    apart: timedelta
    characters: int

    @classmethod
    def stored(cls, policy: dict[str, Any]) -> "Terms":
        """Read the policy's values."""
        return cls(Limit.stored(policy["window"]), timedelta(hours=policy["apart_hours"]), policy["characters"])


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule asks of one interaction. ``answered_at`` is the enterprise's reply or confirmation, if any.

    ``nearest`` is the distance to the closest earlier record of the same pair of steward and enterprise.
    """

    characters: int
    is_template: bool
    was_assigned: bool
    nearest: timedelta | None
    window_ends_at: datetime
    answered_at: datetime | None = None
    is_denied: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Effective, or which rule failed, or still waiting for the enterprise."""

    effect: Effect
    flaw: Flaw | None = None


EFFECTIVE, PENDING = Verdict(Effect.EFFECTIVE), Verdict(Effect.PENDING)


def judge(facts: Facts, *, terms: Terms, as_of: datetime) -> Verdict:
    """判定：the enterprise's denial first, then rules (d), (c), (b), which are known at once, then (a), the answer."""
    flaw = _flaw_of(facts, terms)
    if flaw is not None:
        return Verdict(Effect.INEFFECTIVE, flaw)
    if facts.answered_at is not None and facts.answered_at <= facts.window_ends_at:
        return EFFECTIVE
    if facts.answered_at is None and as_of <= facts.window_ends_at:
        return PENDING
    return Verdict(Effect.INEFFECTIVE, Flaw.UNANSWERED)


def after_answer(before: Verdict, *, is_confirmed: bool, answered_at: datetime, window_ends_at: datetime) -> Verdict:
    """The verdict once the enterprise has spoken: a flaw that stood already stays, but a denial goes before it."""
    if not is_confirmed:
        return Verdict(Effect.INEFFECTIVE, Flaw.DENIED)
    if before.effect is not Effect.PENDING:
        return before
    return EFFECTIVE if answered_at <= window_ends_at else Verdict(Effect.INEFFECTIVE, Flaw.UNANSWERED)


def _flaw_of(facts: Facts, terms: Terms) -> Flaw | None:
    if facts.is_denied:
        return Flaw.DENIED
    if not facts.was_assigned:
        return Flaw.NOT_ASSIGNED
    if facts.is_template:
        return Flaw.TEMPLATE
    if facts.characters < terms.characters:
        return Flaw.TOO_SHORT
    if facts.nearest is not None and facts.nearest < terms.apart:
        return Flaw.REPEATED
    return None


def count_characters(text: str) -> int:
    """How many characters are said: white space does not count."""
    return sum(not char.isspace() for char in text)


def fingerprint(text: str) -> str:
    """SHA-256 of the letters and digits of a text: spaces and punctuation make no new text."""
    said = "".join(char for char in unicodedata.normalize("NFKC", text) if char.isalnum())
    return hashlib.sha256(said.encode()).hexdigest()


def in_words(effect: Effect, flaw: Flaw | None, *, terms: Terms) -> str:
    """The sentence beside the verdict: which rule failed, or what it still waits for."""
    hours = int(terms.apart.total_seconds() // 3600)
    if effect is Effect.EFFECTIVE:
        return f"企业在 {terms.window.label}内作了回应，计入有效互动"
    if effect is Effect.PENDING:
        return f"等企业在 {terms.window.label}内确认或回复"
    return {
        Flaw.DENIED: "企业说没有这回事",
        Flaw.NOT_ASSIGNED: "互动发生时，这家企业还不由记录人负责",
        Flaw.TEMPLATE: "内容与群发文字相同，群发算触达，不算互动",
        Flaw.TOO_SHORT: f"内容不足 {terms.characters} 字",
        Flaw.REPEATED: f"{hours} 小时内已有与这家企业的记录",
        Flaw.UNANSWERED: f"企业没有在 {terms.window.label}内确认或回复",
        None: "",
    }[flaw]
