"""Steps of the stories in which a refusal climbs: the levels, the joint review."""

from collections.abc import Sequence

from models.refusals import RefusalKind, Verdict
from operations.demo.scene import OFFICE
from operations.demo.steps import Step, leader, named, officer, step
from operations.supervision import panel, refusals
from operations.supervision.panel import Named
from operations.supervision.refusal_checks import Case


def report_refusal(when: str, kind: RefusalKind, grounds: str, *, articles: str, alternatives: str) -> Step:
    """否定报备, by the officer."""
    return step(when, refusals.report, officer, case=Case(kind, grounds, articles, alternatives, was_noticed=True))


def endorse_refusal(when: str, words: str, *, by: str = "") -> Step:
    """同意否定, by the unit's head or by whoever is named."""
    return step(when, refusals.endorse, named(by, leader), refusal=lambda s: s.refusal, words=words)


def order_handling(when: str, words: str, *, by: str = "") -> Step:
    """要求办理."""
    return step(when, refusals.order_handling, named(by, leader), refusal=lambda s: s.refusal, words=words)


def name_reviewers(when: str, people: Sequence[Named]) -> Step:
    """指定联审成员, by the supervisor's office."""
    return step(when, panel.name_reviewers, named(OFFICE), refusal=lambda s: s.refusal, people=people)


def give_opinion(when: str, by: str, opinion: Verdict, words: str) -> Step:
    """发表联审意见, by a member."""
    return step(when, panel.give_opinion, named(by), refusal=lambda s: s.refusal, opinion=opinion, words=words)


def review_refusal(when: str, verdict: Verdict, words: str) -> Step:
    """联审结论, by the supervisor's office."""
    return step(when, refusals.judge, named(OFFICE), refusal=lambda s: s.refusal, verdict=verdict, words=words)
