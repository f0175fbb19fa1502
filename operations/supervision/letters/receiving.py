"""回执 of letters that belong to no order: opened, signed for, answered, judged, each by somebody's own act."""

from datetime import datetime

from sqlalchemy import select

from models import clock
from models.access import Role
from models.base import db
from models.directory import Organisation
from models.letters import Letter, LetterAddressee, LetterKind, LetterReceipt, LetterStep
from operations import log
from operations.access.actor import Actor, Standing
from operations.base import insert_ignoring, operation
from operations.clocks import rulebook
from operations.errors import NotAllowed, NotFound, Refused
from operations.supervision.letters import raising
from operations.words import ensure_said

WORDS_LIMIT, REASON_LIMIT = 2000, 500
UNIT = (Role.CASE_OFFICER, Role.UNIT_LEADER)


def receiving_post(unit: Organisation, actor: Actor) -> Standing | None:
    """The post by which the actor is an addressee: an officer's unit is the one, a leader's is it or above it."""
    for post in actor.posts_as(*UNIT):
        if post.unit_id == unit.id or (post.role is Role.UNIT_LEADER and unit.path.startswith(post.unit_path)):
            return post
    return None


def own_parts(letter: Letter, actor: Actor) -> list[tuple[LetterAddressee, Standing]]:
    """The addressees of the letter that the actor is, each with the post by which they are."""
    rows = select(LetterAddressee).where(LetterAddressee.letter_id == letter.id).order_by(LetterAddressee.unit_id)
    found = ((part, receiving_post(part.unit, actor)) for part in db.session.scalars(rows))
    return [(part, post) for part, post in found if post is not None]


def has_opened(letter: Letter, actor: Actor) -> bool:
    """Whether the actor has opened it in person."""
    mine = select(LetterReceipt.id).where(LetterReceipt.letter_id == letter.id, LetterReceipt.step == LetterStep.OPENED,
                                          LetterReceipt.user_id == actor.user_id)
    return db.session.scalar(mine.limit(1)) is not None


@operation
def open_letter(letter: Letter, *, actor: Actor) -> None:
    """打开：each person of an addressee is recorded once, by name and post; the first one opens it for the unit."""
    parts = own_parts(letter, actor)
    if not parts:
        raise NotAllowed
    for part, post in parts:
        now = clock.now()
        written = db.session.connection().scalar(
            insert_ignoring(LetterReceipt.__table__).returning(LetterReceipt.id),
            {"letter_id": letter.id, "unit_id": part.unit_id, "step": LetterStep.OPENED, "user_id": actor.user_id,
             "post_id": post.post_id, "at": now, "words": ""},
        )
        if written is None:
            continue
        locked = _locked(letter, part.unit_id)
        _opened(letter, locked, now)
        _record(letter, part.unit_id, LetterStep.OPENED, actor, post)


@operation
def sign(letter: Letter, *, actor: Actor, unit_id: int | None = None) -> None:
    """签收：for one addressee, once; who signs has opened. Whoever is several of them says for which."""
    part, post = _part_to_act_on(letter, actor, unit_id)
    if part.signed_at is not None:
        raise Refused("已经签收过。")
    _sign(letter, part, actor, post)


@operation
def answer(letter: Letter, *, actor: Actor, words: str, unit_id: int | None = None) -> None:
    """答复：in writing, for one addressee; who answers has also signed."""
    words = ensure_said(words, "请写明办理情况。", most=WORDS_LIMIT)
    if letter.kind is LetterKind.SUPPLEMENT:
        raise Refused("一次性告知书由企业补正，不需答复。")
    part, post = _part_to_act_on(letter, actor, unit_id)
    if part.answered_at is not None:
        raise Refused("已经答复，等发文单位认可。")
    if part.signed_at is None:
        _sign(letter, part, actor, post)
    part.answered_at, part.fire_at = clock.now(), None
    _write(letter, part.unit_id, LetterStep.ANSWERED, actor, post, words)


@operation
def accept_answer(letter: Letter, *, actor: Actor, unit_id: int) -> None:
    """认可答复：of one addressee, by the office that issued it."""
    part, post = _to_judge(letter, actor, unit_id)
    part.accepted_at = clock.now()
    _write(letter, unit_id, LetterStep.ACCEPTED, actor, post)


@operation
def return_answer(letter: Letter, *, actor: Actor, unit_id: int, reason: str) -> None:
    """退回答复：of one addressee, with the reason; it answers again."""
    reason = ensure_said(reason, "请写明为什么退回。", most=REASON_LIMIT)
    part, post = _to_judge(letter, actor, unit_id)
    part.answered_at = None
    part.returned_count += 1
    part.fire_at = raising.looks_again(letter, part, clock.now(), rules=rulebook.current())
    _write(letter, unit_id, LetterStep.RETURNED, actor, post, reason)


def judging_post(letter: Letter, actor: Actor) -> Standing | None:
    """The post by which the actor speaks for the office that issued the letter."""
    return next((p for p in actor.posts_as(Role.CLERK, Role.SUPERVISOR) if p.unit_id == letter.office_id), None)


def _to_judge(letter: Letter, actor: Actor, unit_id: int) -> tuple[LetterAddressee, Standing]:
    post = judging_post(letter, actor)
    if post is None:
        raise NotAllowed
    part = _locked(letter, unit_id)
    if part.answered_at is None or part.accepted_at is not None:
        raise Refused("没有待认可的答复。")
    return part, post


def _part_to_act_on(letter: Letter, actor: Actor, unit_id: int | None) -> tuple[LetterAddressee, Standing]:
    """The addressee that the actor acts for, held. NotAllowed for nobody's, Refused where none is named."""
    parts = [(part, post) for part, post in own_parts(letter, actor) if unit_id in (None, part.unit_id)]
    if not parts:
        raise NotAllowed
    if len(parts) > 1:
        raise Refused("你在几个收文单位任职，请逐个单位签收、答复。")
    return _locked(letter, parts[0][0].unit_id), parts[0][1]


def _opened(letter: Letter, part: LetterAddressee, now: datetime) -> None:
    """The first opening opens it for the unit; from now on its answer is waited for, not its opening."""
    if part.opened_at is None:
        part.opened_at, part.fire_at = now, raising.after_opening(letter, part)


def _locked(letter: Letter, unit_id: int) -> LetterAddressee:
    rows = select(LetterAddressee).where(LetterAddressee.letter_id == letter.id, LetterAddressee.unit_id == unit_id)
    part = db.session.scalar(rows.with_for_update().execution_options(populate_existing=True))
    if part is None:
        raise NotFound
    return part


def _sign(letter: Letter, part: LetterAddressee, actor: Actor, post: Standing) -> None:
    now = clock.now()
    _opened(letter, part, now)
    part.signed_at = now
    _write(letter, part.unit_id, LetterStep.SIGNED, actor, post)


def _write(
    letter: Letter, unit_id: int, step: LetterStep, actor: Actor, post: Standing, words: str = ""
) -> None:
    assert actor.user_id is not None
    db.session.add(LetterReceipt(letter_id=letter.id, unit_id=unit_id, step=step, user_id=actor.user_id,
                                 post_id=post.post_id, at=clock.now(), words=words))
    _record(letter, unit_id, step, actor, post, words)


def _record(
    letter: Letter, unit_id: int, step: LetterStep, actor: Actor, post: Standing, words: str = ""
) -> None:
    log.record(f"letter_{step}", object_type="letter", object_id=letter.id, actor=actor, standing=post,
               ticket_id=letter.ticket_id, words=words, details={"unit": unit_id})
