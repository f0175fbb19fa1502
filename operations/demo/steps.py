"""The words in which the stories of the demonstration are told: each is one step, done by the real operation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from models.ratings import Grade, ReworkReason
from models.tickets import Difficulty, LedgerClass, ProposalKind, ReplyMethod, ResultKind
from operations.access.actor import Actor
from operations.clocks import rulebook, shanghai
from operations.clocks.calendar import Limit
from operations.demo.scene import CALLER, CENTRE, LEADER, Scene
from operations.ratings import sources
from operations.ratings.opinions import Opinion
from operations.tickets import (
    aftercare,
    conversation,
    coordination,
    handling,
    instructions,
    intake,
    merging,
    proposals,
)
from operations.tickets.aftercare import Call
from operations.tickets.consulting import Decided
from operations.tickets.proposals import Terms

DEMONSTRATION = "demonstration"
Somebody = Callable[[Scene], Actor]


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to a ticket and when: ``"8 09:12"`` is eight working days before today, at that time."""

    when: str
    do: Callable[[Scene], object]


def desk(scene: Scene) -> Actor:
    """The steward, or the centre where there is none."""
    return scene.at_the_desk


def applicant(scene: Scene) -> Actor:
    """The enterprise, or the steward who speaks for it."""
    return scene.enterprise_side


def officer(scene: Scene) -> Actor:
    """The case officer of the lead unit."""
    return scene.officer()


def leader(scene: Scene) -> Actor:
    """The leader of the lead unit."""
    return scene.leader()


def named(username: str, otherwise: Somebody = desk) -> Somebody:
    """Somebody by the name of the account; ``otherwise`` where no name is given."""
    return (lambda scene: scene.actor(username)) if username else otherwise


def step(when: str, act: Callable[..., object], by: Somebody, /, **given: Any) -> Step:
    """An act on the ticket; what is given as a function is asked of the scene when the time has come."""

    def do(scene: Scene) -> object:
        asked = {name: value(scene) if callable(value) else value for name, value in given.items()}
        return act(scene.ticket, actor=by(scene), **asked)

    return Step(when, do)


def accept(when: str, category: str, difficulty: Difficulty = Difficulty.ORDINARY, *, secret: bool = False) -> Step:
    """受理."""
    return step(when, intake.accept, desk, category=category, difficulty=difficulty, is_confidential=secret)


def ask_for_more(when: str, missing: str) -> Step:
    """一次性告知."""
    return step(when, intake.request_supplement, desk, missing=missing)


def supplement(when: str, text: str) -> Step:
    """补正."""
    return step(when, intake.supplement, applicant, text=text)


def withdraw(when: str, reason: str) -> Step:
    """撤回."""
    return step(when, intake.withdraw, applicant, reason=reason)


def answer(when: str, text: str) -> Step:
    """直接答复."""
    return step(when, coordination.answer, desk, text=text)


def dispatch(
    when: str, unit: str, basis: str, *, assisting: Sequence[str] = (), ruling: bool = False, words: str = ""
) -> Step:
    """派单, by whoever accepted it; a ruling is the centre's."""
    return step(when, coordination.dispatch, named(CENTRE if ruling else ""), lead=lambda scene: scene.unit(unit),
                assisting=lambda scene: scene.units(assisting), basis=basis, is_ruling=ruling,
                ruling_words=words)  # fmt: skip


def sign(when: str, unit: str = "") -> Step:
    """签收, by the lead unit or another."""
    return step(when, handling.sign, lambda scene: scene.officer(unit))


def contact(when: str, words: str, method: str = "电话") -> Step:
    """首次联系."""
    return step(when, handling.contact, officer, method=method, words=words)


def assisted(when: str, unit: str, report: str) -> Step:
    """报送协办结果."""
    return step(when, handling.report_assistance, lambda scene: scene.officer(unit), report=report)


def send_back(when: str, reason: str, *, basis: str, to: str) -> Step:
    """提请退回."""
    return _propose(when, ProposalKind.SEND_BACK, officer, lambda s: Terms(reason, basis, suggested_unit=s.unit(to)))


def result(
    when: str, text: str, kind: ResultKind = ResultKind.SOLVED, *, next_step: str = "", adopted: bool | None = None
) -> Step:
    """提交办理结果."""
    terms = Terms(text, result_kind=kind, next_step=next_step, adopted=adopted)
    return _propose(when, ProposalKind.RESULT, officer, lambda _: terms)


def extension(when: str, reason: str, *, basis: str, days: int) -> Step:
    """申请延期, by so many working days past the present due date."""
    return _propose(when, ProposalKind.EXTENSION, officer, lambda s: Terms(reason, basis, until=_past_due(s, days)))


def ledger(when: str, ledger_class: LedgerClass, reason: str, *, days: int) -> Step:
    """提请挂账, to be reviewed in so many days."""
    return _propose(
        when, ProposalKind.LEDGER, leader, lambda _: Terms(reason, ledger_class=ledger_class, until=_in_days(days))
    )


def strike_off(when: str, reason: str) -> Step:
    """提请销号."""
    return _propose(when, ProposalKind.STRIKE_OFF, leader, lambda _: Terms(reason))


def grant(when: str, kind: ProposalKind, words: str = "同意。", *, by: str = "") -> Step:
    """签批, by the unit's leader or by whoever is named."""
    return step(when, proposals.grant, named(by, leader), proposal=lambda s: s.proposal(kind), words=words)


def decline(when: str, kind: ProposalKind, words: str, *, by: str = "") -> Step:
    """不同意."""
    return step(when, proposals.decline, named(by, leader), proposal=lambda s: s.proposal(kind), words=words)


def consult(when: str, units: Sequence[str], outcome: str, *, duty: str = "", days: int = 0) -> Step:
    """会商; ``duty`` is what the first of the units must do, within so many days."""

    def decided(scene: Scene) -> list[Decided]:
        return [Decided(scene.unit(units[0]), duty, _in_days(days))] if duty else []

    return step(when, coordination.consult, named(CENTRE), units=lambda scene: scene.units(units),
                held_on=lambda _: _in_days(0), outcome=outcome, decisions=decided)  # fmt: skip


def instruct(when: str, words: str, days: int) -> Step:
    """批示."""
    return step(when, conversation.instruct, named(LEADER), words=words, limit=Limit(days, "d"))


def answer_instruction(when: str, words: str) -> Step:
    """落实批示."""
    return step(when, conversation.answer_instruction, leader, instruction_id=lambda s: s.instruction.id, words=words)


def accept_instruction(when: str, words: str = "") -> Step:
    """认可批示回报."""
    return step(when, instructions.accept, named(LEADER), words=words,
                instruction_id=lambda s: s.answered_instruction.id)  # fmt: skip


def return_instruction(when: str, words: str, days: int) -> Step:
    """退回批示回报."""
    return step(when, instructions.return_answer, named(LEADER), words=words, limit=Limit(days, "d"),
                instruction_id=lambda s: s.answered_instruction.id)  # fmt: skip


def message(when: str, words: str, *, by: str = "") -> Step:
    """留言, by the enterprise or by whoever is named."""
    return step(when, conversation.message, named(by, applicant), words=words)


def note(when: str, words: str, *, by: str = "") -> Step:
    """内部备注, by the officer or by whoever is named."""
    return step(when, conversation.note, named(by, officer), words=words)


def remind(when: str, words: str) -> Step:
    """催办."""
    return step(when, conversation.remind, desk, words=words)


def reply(when: str, text: str, first_answer: str = "", method: ReplyMethod = ReplyMethod.PHONE) -> Step:
    """反馈."""
    return step(when, aftercare.reply, desk, method=method, text=text, first_answer=first_answer)


def call(when: str, words: str, *, is_solved: bool = True, is_satisfied: bool = True) -> Step:
    """回访接通."""
    why = None if is_solved and is_satisfied else ReworkReason.UNSOLVED
    return step(when, aftercare.follow_up, named(CALLER), call=Call(True, is_solved, is_satisfied, words, why))


def finds_unreasonable(when: str, words: str, reason: str) -> Step:
    """回访接通，企业不认可，回访员认为诉求不合理."""
    return step(when, aftercare.follow_up, named(CALLER),
                call=Call(True, False, False, words, ReworkReason.UNSOLVED, unreasonable=reason))


def no_answer(when: str, words: str = "无人接听。") -> Step:
    """回访未接通."""
    return step(when, aftercare.follow_up, named(CALLER), call=Call(False, words=words))


def rate(when: str, grade: Grade, words: str = "", *, tags: tuple[str, ...] = (), anonymous: bool = False,
         address: str = "") -> Step:
    """评价, from an address where one is given."""
    return step(when, aftercare.rate, applicant, opinion=lambda _: Opinion(
        grade, tags, words, anonymous, source=sources.digest(address, site_key=DEMONSTRATION)
    ))  # fmt: skip


def reopen(when: str, reason: str) -> Step:
    """重启."""
    return step(when, aftercare.reopen, applicant, reason=reason)


def merge(when: str, main: str, reason: str) -> Step:
    """并单, into the ticket of the story with this subject."""
    return step(when, merging.merge, named(CENTRE), main=lambda scene: scene.other(main), reason=reason)


def _propose(when: str, kind: ProposalKind, by: Somebody, terms: Callable[[Scene], Terms]) -> Step:
    return step(when, proposals.propose, by, kind=kind, terms=terms)


def _past_due(scene: Scene, days: int) -> date:
    due_at = scene.ticket.due_at
    assert due_at is not None
    return shanghai.day_of(rulebook.current().calendar.due(due_at, Limit(days, "d")).due_at)


def _in_days(days: int) -> date:
    return shanghai.today() + timedelta(days=days)
