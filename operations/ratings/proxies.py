"""The proxy of a counted case: a ticket closed from the beginning, which bears the clocks of a 差评整改.

No demand: it is in no list and in no figure of demands (models.tickets.IS_DEMAND); a constraint keeps it closed. Its
clocks, orders and letters are swept, escalated, written and reckoned anew like those of any ticket.
"""

from models.base import db
from models.directory import Enterprise, Region
from models.hall import CountedCase
from models.tickets import Channel, Status, Ticket, TicketKind, Urgency
from operations.base import insert_ignoring
from operations.clocks import clocks
from operations.clocks.wording import moment_in_full
from operations.errors import Refused
from operations.tickets import numbers
from operations.tickets.intake import SUBJECT_LIMIT


def open_one(case: CountedCase, enterprise: Enterprise) -> Ticket:
    """The proxy, within the running operation: asked for and closed when the case was finished. Raises Refused."""
    region = db.session.get_one(Region, int(case.region_path.split("/")[-2]))  # it may have moved since
    row = {
        "subject": subject_of(case), "content": f"{case.unit.name}，{moment_in_full(case.finished_at)}办结。",
        "kind": TicketKind.HELP, "urgency": Urgency.ORDINARY, "category": "", "channel": Channel.HALL,
        "is_confidential": False, "enterprise_id": enterprise.id, "region_id": region.id, "region_path": region.path,
        "contact_name": enterprise.contact_name, "contact_phone": enterprise.contact_phone, "status": Status.CLOSED,
        "round": 1, "counted_case_id": case.id, "submitted_at": case.finished_at, "closed_at": case.finished_at,
        "is_provisional": False, "rung": 0, "version": 1,
    }
    for _ in range(numbers.TRIES):  # the unique key decides which number is free
        numbered = {"number": numbers.draw(numbers.PROXY), **row}
        made = db.session.scalar(insert_ignoring(Ticket).returning(Ticket), numbered)
        if made is not None:
            clocks.none_running(made)
            return made
    raise Refused("暂时取不到编号，请再提交一次。")


def subject_of(case: CountedCase) -> str:
    """What messages, orders and letters call it: the item, and the number that the hall knows it by."""
    number = f"（窗口办件 {case.number}）"
    return case.item[: SUBJECT_LIMIT - len(number)] + number
