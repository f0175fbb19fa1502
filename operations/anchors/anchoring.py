"""封锚: every ten minutes and every 1,000 events the log is read on from the last anchor, and its end is signed.

No act pays for it: the job does it. What is not whole is not anchored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from models import clock
from models.anchors import Anchor, AnchorReceipt
from models.base import db
from models.log import Event, LogHead
from operations import log, sealed_log, verification
from operations.access.actor import SYSTEM
from operations.anchors import book, checking, standing
from operations.anchors.keys import PUBLIC, Signer, is_signed, public_keys
from operations.anchors.statement import INSTANCE_DIGITS, NOTHING_BEFORE, Checkpoint, Statement, read, text_of
from operations.base import operation
from operations.delivery.adapters.http import Gateway
from operations.errors import Refused
from operations.job_ledger import Tally
from operations.protection import even_when_protected

EVERY = timedelta(minutes=10)
EVERY_ROWS = 1_000
MOST_AT_ONCE = 100  # what a witness that was away is sent in one go
NOT_OURS = "第 {} 号锚点不是用本站密钥签的，没有封锚：有人往库里写过；另一台机器用了别的密钥的，把它的公钥并入 {}"
TWO_HISTORIES = "锚点文件与库里记的从第 {} 号起不是同一串，没有封锚"
NO_SUCCESSOR = "它没有接着上一个；恢复过备份的，请见证方核对后同意"


@dataclass(frozen=True, slots=True)
class Plan:
    """The file outside the database, the key, and the address of the witness; empty where there is none."""

    file: Path
    key: Path
    witness: str
    seconds: float


def plan_of(settings: Mapping[str, Any]) -> Plan:
    """As the settings say."""
    return Plan(settings["ANCHORS_FILE"], settings["ANCHOR_KEY_FILE"], settings["WITNESS_URL"],
                settings["GATEWAY_SECONDS"])


def keep(plan: Plan) -> Tally:
    """Anchor the log when it is time, and hand over what the witness does not have; says why when it cannot be."""
    objection = standing.objection(plan.file, plan.key)
    if objection:
        return Tally(error=objection)
    try:
        ensure_ours(plan, standing.last_known(plan.file))
        agree(plan.file)
        made = anchor(plan) if _is_time(standing.last_of_table()) else None
    except Refused as problem:
        return Tally(error=str(problem))
    return Tally(scanned=made.said.count if made else 0, done=1 if made else 0, error=hand_over(plan))


def anchor(plan: Plan, *, resumes: int = -1) -> Checkpoint:
    """封锚：sign where the log stands now. Refused with the number of the first link that is not whole."""
    before = standing.last_known(plan.file)
    ensure_ours(plan, before)
    made = _remember(Signer(plan.key), _statement(before, resumes))
    book.append(plan.file, [made])
    return made


def ensure_ours(plan: Plan, newest: Checkpoint | None) -> None:
    """Refused where the newest anchor bears no signature of ours: signing the next would vouch for it and all before.

    Whoever owns the database can write a row there. A machine that has no key yet takes what it finds.
    """
    keys = public_keys(plan.key)
    if newest and keys and not is_signed(newest.text, newest.signature, keys):
        raise Refused(NOT_OURS.format(newest.said.number, plan.key.with_suffix(PUBLIC)))


def resume(plan: Plan, *, reason: str) -> Checkpoint:
    """认可后接着记：somebody vouches for a log that was restored or is broken behind its last anchor; signed, and on record.

    What the anchors after the last standing one had vouched for is lost. Refused when nothing stands against the log,
    or when it is another one altogether.
    """
    last = standing.last_known(plan.file)
    if last is None or not standing.obstacle(plan.file, plan.key):
        raise Refused("日志与最后的锚点相接，以后的也逐条相符，不需要认可。")
    known = max(book.read(plan.file), _all_remembered(), key=len)
    still = next((one.said for one in reversed(checking.in_force(known)) if standing.holds(one)), None)
    if still is None and _link(1)[:INSTANCE_DIGITS] != last.said.instance:
        raise Refused("这个库的日志不是锚点文件里的那一个，不能认可。请换回正确的库；新建的站点请换一个锚点文件。")
    ensure_ours(plan, last)
    agree(plan.file)
    _note_resumption(still, last.said, reason=reason)
    return anchor(plan, resumes=still.number if still else 0)


@operation
@even_when_protected
def _note_resumption(still: Statement | None, last: Statement, *, reason: str) -> None:
    details = {"anchor": still.number if still else 0, "lost_anchor": last.number, "lost_seq": last.seq}
    log.record("resume_log", object_type="log", object_id=None, actor=SYSTEM, words=reason, details=details)


def _all_remembered() -> list[Checkpoint]:
    with sealed_log.snapshot() as connection:
        return checking.remembered(connection)


def hand_over(plan: Plan) -> str:
    """送见证：what the witness has not yet taken, in order. Returns why it did not take it; empty when all is well."""
    if not plan.witness:
        return ""
    taken = db.session.scalar(select(func.max(AnchorReceipt.anchor_number))) or 0
    rows = select(Anchor.number, Anchor.digest, Anchor.signature, Anchor.text).where(Anchor.number > taken)
    waiting = db.session.execute(rows.order_by(Anchor.number).limit(MOST_AT_ONCE)).all()
    db.session.rollback()  # nobody waits for a witness with a transaction open
    if not waiting:
        return ""
    body = "".join(f"{row.signature} {row.text}\n" for row in waiting)
    answer = Gateway(plan.witness, seconds=plan.seconds).post(body.encode(), headers={})
    if answer.is_taken and answer.reference == f"{waiting[-1].number} {waiting[-1].digest}":
        _note_taken(waiting[-1].number)
        return ""
    why = NO_SUCCESSOR if answer.code == "409" else answer.problem or "回答与所送的不符"
    return f"见证方没有收下第 {waiting[-1].number} 号锚点：{why}"


def _is_time(last: Checkpoint | None) -> bool:
    seq = db.session.scalar(select(LogHead.seq)) or 0
    if last is None:
        return seq > 0
    # A clock that was set back and confirmed is as far from the last anchor as one that went on.
    return seq - last.said.seq >= EVERY_ROWS or abs(clock.now() - last.said.made_at) >= EVERY


def _statement(before: Checkpoint | None, resumes: int) -> Statement:
    """What is to be signed: the end of the log, read on from the anchor that still holds. Refused when it is broken."""
    since = before if resumes < 0 else _numbered(resumes)
    db.session.rollback()  # the first reading may take a minute, and nobody waits for it
    walked = verification.verify_after(since.said.seq if since else 0)
    if walked.findings and resumes < 0:
        raise Refused(f"日志第 {walked.findings[0].seq:,} 条{walked.findings[0].what}，没有封锚")
    number = before.said.number + 1 if before else 1
    return Statement(
        number=number, instance=_link(1)[:INSTANCE_DIGITS], seq=walked.head, hash=_link(walked.head),
        time=clock.now().astimezone(UTC).isoformat(), count=walked.events,
        prev_checkpoint=before.digest if before else NOTHING_BEFORE, resumes=resumes,
    )


def _numbered(number: int) -> Checkpoint | None:
    row = db.session.execute(select(Anchor.signature, Anchor.text).where(Anchor.number == number)).one_or_none()
    return read(row.signature, row.text) if row else None


def _link(seq: int) -> str:
    return str(db.session.scalar(select(Event.hash).where(Event.seq == seq)) or "")


@operation
@even_when_protected
def _remember(signer: Signer, said: Statement) -> Checkpoint:
    """Of two that anchor at once the second is refused: both would follow the same one."""
    text = text_of(said)
    made = read(signer.sign(text), text)
    db.session.add(_row(made))
    return made


@operation
def _note_taken(number: int) -> None:
    db.session.add(AnchorReceipt(anchor_number=number, taken_at=clock.now()))


def _row(one: Checkpoint) -> Anchor:
    return Anchor(number=one.said.number, seq=one.said.seq, made_at=one.said.made_at, text=one.text,
                  signature=one.signature, digest=one.digest, prev=one.said.prev_checkpoint)


def agree(file: Path) -> None:
    """Let file and table know the same anchors: another machine's file, one that was lost, a table out of a backup.

    Refused when one does not follow the other: then there are two histories.
    """
    there, here = book.last(file), standing.last_of_table()
    there_number, here_number = (one.said.number if one else 0 for one in (there, here))
    if there_number > here_number:
        missing = [one for one in book.read(file) if one.said.number > here_number]
        _ensure_following(here, missing)
        _remember_all(missing)
    elif here_number > there_number:
        rows = select(Anchor.signature, Anchor.text).where(Anchor.number > there_number).order_by(Anchor.number)
        missing = [read(row.signature, row.text) for row in db.session.execute(rows)]
        _ensure_following(there, missing)
        book.append(file, missing)
    elif there and here and there.digest != here.digest:
        raise Refused(TWO_HISTORIES.format(here_number))


def _ensure_following(known: Checkpoint | None, missing: Sequence[Checkpoint]) -> None:
    if missing[0].said.prev_checkpoint != (known.digest if known else NOTHING_BEFORE):
        raise Refused(TWO_HISTORIES.format(missing[0].said.number))


@operation
@even_when_protected
def _remember_all(missing: Sequence[Checkpoint]) -> None:
    db.session.add_all([_row(one) for one in missing])
