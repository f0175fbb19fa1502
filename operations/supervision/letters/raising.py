"""When the sweep must look at a letter at one addressee: its opening is waited for first, then its answer. Pure."""

from datetime import datetime
from typing import Any

from models.letters import ClimbRule, Letter, LetterAddressee
from operations.clocks.rulebook import Rulebook

RAISED, TALK = 1, 2


def first_look(now: datetime, answer_due_at: datetime | None, *, rules: Rulebook) -> datetime | None:
    """For a letter issued now: the day after it should have been signed for, or its answer's due date."""
    if not rules.policy("ladder")["unread_climbs"]:
        return answer_due_at
    unread_at = rules.calendar.due(now, rules.rung_limit("letter_unread")).due_at
    return min(unread_at, answer_due_at) if answer_due_at else unread_at


def after_opening(letter: Letter, part: LetterAddressee) -> datetime | None:
    """Once opened only an answer is waited for, where one is asked; what has gone up keeps its longer limit."""
    if letter.answer_due_at is None or part.answered_at or part.rung >= TALK:
        return None
    return max(letter.answer_due_at, part.fire_at) if part.rung and part.fire_at else letter.answer_due_at


def looks_again(letter: Letter, part: LetterAddressee, now: datetime, *, rules: Rulebook) -> datetime | None:
    """After an answer was sent back: it has its answering limit again, until it was sent back once too often."""
    if letter.answer_due_at is None or part.rung >= TALK:
        return None
    if part.returned_count >= rules.policy("ladder")["rejections"]:
        return now
    return max(letter.answer_due_at, rules.calendar.due(now, rules.rung_limit("answer")).due_at)


def after_climbing(rung: int, now: datetime, *, rules: Rulebook) -> datetime | None:
    """Once raised it has one more limit; after a talk was proposed people go on."""
    return rules.calendar.due(now, rules.rung_limit("letter_raised")).due_at if rung == RAISED else None


def rule_of(part: Any) -> ClimbRule:
    """Why it goes up: of anything with ``opened_at`` and ``returned_count``."""
    if part.opened_at is None:
        return ClimbRule.UNREAD
    return ClimbRule.REJECTED if part.returned_count else ClimbRule.UNANSWERED


def words(rung: int, rule: ClimbRule, *, unit: str, office: str) -> str:
    """What the page says: 市供电公司未打开，提级到云州市营商环境建设局."""
    said = f"{unit}{rule.label}"
    return f"{said}，提级到{office or '分管领导'}" if rung == RAISED else f"{said}，按规则提请约谈"
