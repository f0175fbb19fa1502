"""有效互动: domain.md §3 written out by hand, and searched for a way around it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.engagement import Effect, Flaw
from operations.clocks.calendar import Limit
from operations.engagement.effectiveness import (
    Facts,
    Terms,
    Verdict,
    after_answer,
    count_characters,
    fingerprint,
    in_words,
    judge,
)

TERMS = Terms(Limit.parse("5d"), timedelta(hours=24), 20)
END = datetime(2026, 8, 26, 9, 30, tzinfo=UTC)
BEFORE, AFTER = END - timedelta(hours=3), END + timedelta(seconds=1)
GOOD = Facts(characters=20, is_template=False, was_assigned=True, nearest=None, window_ends_at=END, answered_at=BEFORE)
DAY, LESS = timedelta(hours=24), timedelta(hours=24) - timedelta(seconds=1)
YES, NO, WAITS = Effect.EFFECTIVE, Effect.INEFFECTIVE, Effect.PENDING

# What differs from a good one, when it is asked, and what the rule says then.
TABLE = (
    ({}, BEFORE, YES, None),
    ({}, AFTER, YES, None),
    ({"answered_at": None}, BEFORE, WAITS, None),
    ({"answered_at": None}, END, WAITS, None),
    ({"answered_at": None}, AFTER, NO, Flaw.UNANSWERED),
    ({"answered_at": END}, AFTER, YES, None),
    ({"answered_at": AFTER}, AFTER, NO, Flaw.UNANSWERED),
    ({"characters": 19}, BEFORE, NO, Flaw.TOO_SHORT),
    ({"characters": 0, "answered_at": None}, BEFORE, NO, Flaw.TOO_SHORT),
    ({"is_template": True}, BEFORE, NO, Flaw.TEMPLATE),
    ({"is_template": True, "characters": 3}, BEFORE, NO, Flaw.TEMPLATE),
    ({"was_assigned": False}, BEFORE, NO, Flaw.NOT_ASSIGNED),
    ({"nearest": LESS}, BEFORE, NO, Flaw.REPEATED),
    ({"nearest": timedelta(0)}, BEFORE, NO, Flaw.REPEATED),
    ({"nearest": DAY}, BEFORE, YES, None),
    ({"is_denied": True}, BEFORE, NO, Flaw.DENIED),
    ({"is_denied": True, "was_assigned": False}, AFTER, NO, Flaw.DENIED),
)


@pytest.mark.parametrize(("differs", "as_of", "effect", "flaw"), TABLE)
def test_the_rule_says_what_the_requirement_says(differs, as_of, effect, flaw):
    facts = Facts(**{name: differs.get(name, getattr(GOOD, name)) for name in Facts.__slots__})
    assert judge(facts, terms=TERMS, as_of=as_of) == Verdict(effect, flaw)


moments = st.integers(-10**6, 10**6).map(lambda seconds: END + timedelta(seconds=seconds))
spans = st.none() | st.integers(0, 200_000).map(lambda seconds: timedelta(seconds=seconds))
histories = st.builds(
    Facts, characters=st.integers(0, 60), is_template=st.booleans(), was_assigned=st.booleans(), nearest=spans,
    window_ends_at=st.just(END), answered_at=st.none() | moments, is_denied=st.booleans(),
)


@given(histories, moments)
def test_nothing_is_effective_without_all_four_rules(facts, as_of):
    verdict = judge(facts, terms=TERMS, as_of=as_of)
    holds = (
        facts.answered_at is not None and facts.answered_at <= END and not facts.is_denied,
        facts.nearest is None or facts.nearest >= timedelta(hours=24),
        facts.characters >= 20 and not facts.is_template,
        facts.was_assigned,
    )
    assert (verdict.effect is YES) == all(holds)
    assert (verdict.flaw is None) == (verdict.effect is not NO)
    assert in_words(verdict.effect, verdict.flaw, terms=TERMS)


@given(histories, st.booleans(), moments)
def test_judged_in_two_steps_it_is_the_same(facts, is_confirmed, answered_at):
    """First when it is written down, then with the answer: as if all had been known at once."""
    unanswered = {name: getattr(facts, name) for name in Facts.__slots__} | {"answered_at": None, "is_denied": False}
    first = judge(Facts(**unanswered), terms=TERMS, as_of=END - timedelta(days=20))
    second = after_answer(first, is_confirmed=is_confirmed, answered_at=answered_at, window_ends_at=END)
    known = unanswered | {"answered_at": answered_at, "is_denied": not is_confirmed}
    assert second == judge(Facts(**known), terms=TERMS, as_of=answered_at)


def test_white_space_pads_nothing_and_punctuation_makes_no_new_text():
    assert count_characters(" 谈了\n\t送电　 ") == 4
    assert fingerprint("请于 12月1日 前申报！") == fingerprint("请于１２月1日前，申报。")
    assert fingerprint("请于12月2日前申报") != fingerprint("请于12月1日前申报")
