"""导入: messages of the hotline become tickets of channel 12345, each once, however often the file comes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import Enterprise, EnterpriseKind, Region, RegionLevel
from models.tickets import Channel, Ticket
from operations.access.actor import SYSTEM
from operations.base import insert_ignoring, operation
from operations.clocks import rulebook
from operations.clocks.calendar import SHANGHAI
from operations.directory.fact_kinds import masked
from operations.directory.merging import goes_on
from operations.directory.names import is_phone, plain_phone
from operations.errors import BadInput, DomainError
from operations.hotline.reading import BadRow, Message, read_messages
from operations.insight import indexing
from operations.tickets import conversation, intake

BATCH = 200


@dataclass(slots=True)
class Imported:
    """What became of a file: ``new`` tickets, messages ``known`` before, and the ``bad`` rows in their order."""

    new: int = 0
    known: int = 0
    bad: list[BadRow] = field(default_factory=list)


def import_messages(path: Path, *, region: Region, is_rehearsal: bool = False) -> Imported:
    """导入留言：every good row that is not yet known becomes a ticket in ``region``; the bad rows are told.

    ``is_rehearsal`` writes nothing and tells what would be. Raises BadInput for a file that cannot be read.
    """
    messages, bad = read_messages(path)
    imported = Imported(bad=bad)
    for batch in batches(messages):
        known = known_numbers(message.number for message in batch)
        imported.known += len(known)
        fresh = [message for message in batch if message.number not in known]
        if is_rehearsal:
            imported.new += len(fresh)
        elif fresh:
            _take_in(fresh, region, imported)
    imported.bad.sort(key=lambda row: row.row)
    return imported


def region_coded(code: str | None) -> Region:
    """The region that imported tickets belong to: the one of this code, or the only city. Raises BadInput."""
    if code:
        region = db.session.scalar(select(Region).where(Region.code == code))
        if region is None:
            raise BadInput(f"没有代码为 {code} 的区划。")
        return region
    cities = db.session.scalars(
        select(Region).where(Region.level == RegionLevel.CITY, Region.valid_to.is_(None)).order_by(Region.code)
    ).all()
    if len(cities) != 1:
        told = "、".join(f"{city.code} {city.name}" for city in cities[:5]) or "还没有任何市级区划"
        raise BadInput(f"请用 --region 指明留言属于哪个区划（市级区划：{told}）。")
    return cities[0]


def known_numbers(numbers: Iterator[str]) -> set[str]:
    """Which of these hotline numbers have a ticket already."""
    rows = select(Ticket.external_number).where(
        Ticket.channel == Channel.HOTLINE, Ticket.external_number.in_(list(numbers))
    )
    return {number for number in db.session.scalars(rows) if number}


def batches(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """As many messages at a time as one transaction takes in and one statement asks about."""
    return (messages[first : first + BATCH] for first in range(0, len(messages), BATCH))


def _take_in(messages: Sequence[Message], region: Region, imported: Imported) -> None:
    """One transaction for all; when one of them is refused, each by itself, so that only that one stays out."""
    try:
        register(messages, region)
        imported.new += len(messages)
    except DomainError as refusal:
        if len(messages) > 1:
            for message in messages:
                _take_in([message], region, imported)
        elif known_numbers(message.number for message in messages):  # another import was quicker
            imported.known += 1
        else:
            (message,) = messages
            imported.bad.append(BadRow(message.row, message.number, str(refusal)))


@operation
def register(messages: Sequence[Message], region: Region) -> list[Ticket]:
    """登记留言：a ticket for each message, submitted at its own time under today's rules; an earlier reply is kept."""
    recorded_at = clock.now()
    rulebook.current()  # read now and kept for the transaction: the rules of today, not those of the message's time
    senders = enterprises_of(messages, region)
    return [_submit(message, senders[reference(message)], recorded_at) for message in messages]


def _submit(message: Message, sender: Enterprise, recorded_at: datetime) -> Ticket:
    name, phone = _called(message)
    demand = intake.Demand(
        enterprise=sender,
        subject=message.subject,
        content=message.content,
        channel=Channel.HOTLINE,
        external_number=message.number,
        contact_name=name,
        contact_phone=phone,
        recorded_at=recorded_at,
    )
    with clock.standing_at(message.asked_at):
        ticket = intake.submit(demand, actor=SYSTEM)
    if message.reply:
        with clock.standing_at(message.replied_at or recorded_at):
            conversation.keep_earlier_reply(ticket, words=_reply_words(message), recorded_at=recorded_at)
    return ticket


def _reply_words(message: Message) -> str:
    if message.replied_at is None:
        return f"12345 原答复（时间不详）：\n{message.reply}"
    return f"12345 原答复（{message.replied_at.astimezone(SHANGHAI):%Y年%-m月%-d日 %-H:%M}）：\n{message.reply}"


def reference(message: Message) -> str:
    """What the sender is known by; one who left no name is known by the message alone, and by no other."""
    return f"12345:{message.sender}" if message.sender else f"12345:#{message.number}"


def enterprises_of(messages: Sequence[Message], region: Region) -> dict[str, Enterprise]:
    """The senders as unclaimed enterprises, by reference; whoever is not there yet is added in ``region``."""
    rows = {reference(message): _enterprise(message, region) for message in messages}
    known = _known_senders(rows)
    fresh = {ref: row for ref, row in rows.items() if ref not in known}
    if fresh:
        db.session.connection().execute(insert_ignoring(Enterprise.__table__), list(fresh.values()))
        added = _known_senders(fresh)
        indexing.index_enterprises(enterprise.id for enterprise in added.values())
        known |= added
    return known


def _known_senders(references: Iterable[str]) -> dict[str, Enterprise]:
    """By reference; a sender who was merged into an enterprise calls for that one from now on."""
    rows = db.session.scalars(select(Enterprise).where(Enterprise.external_ref.in_(list(references))))
    return {enterprise.external_ref or "": goes_on(enterprise) for enterprise in rows}


def _enterprise(message: Message, region: Region) -> dict[str, object]:
    name, phone = _called(message)
    return {
        "external_ref": reference(message),
        "name": f"12345来电人 {name or masked(phone)}" if message.sender else f"12345来电人（未留名，{message.number}）",
        "kind": EnterpriseKind.UNKNOWN,
        "region_id": region.id,
        "contact_name": name,
        "contact_phone": phone,
    }


def _called(message: Message) -> tuple[str, str]:
    """Name and number of the sender: who left only a number is named by what may be shown of it."""
    number = plain_phone(message.sender)
    return ("", number) if is_phone(number) else (message.sender, "")
