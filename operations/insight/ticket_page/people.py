"""相关人: who has to do with a ticket and how to reach them."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.directory import StewardshipKind
from models.tickets import OrderRole
from operations.directory.showing import CALLING
from operations.insight.ticket_page.dossier import Dossier


@dataclass(frozen=True, slots=True)
class Person:
    """One line: who they are; ``phone`` is dialled when ``may_call``, else masked and shown by ``show_url``."""

    part: str
    name: str
    phone: str = ""
    may_call: bool = False
    show_url: str = ""


def of(d: Dossier) -> list[Person]:
    """Units and officers, stewards, and whom to ask for at the enterprise."""
    return [*_units(d), *_stewards(d), *_contact(d)]


def _units(d: Dossier) -> Iterator[Person]:
    for order in d.signed_orders:
        if order.ended_at is not None:
            continue
        yield Person("主办单位" if order.role is OrderRole.LEAD else "协办", order.name)
        if order.signer and order.role is OrderRole.LEAD:
            yield Person("承办人", order.signer)


def _stewards(d: Dossier) -> Iterator[Person]:
    for steward in d.stewards:
        part = "企业管家" if steward.kind is StewardshipKind.MAIN else "备岗管家"
        yield Person(part, steward.name, steward.phone or "", True)
    if not d.stewards:
        yield Person("企业管家", "未指定，由企业服务中心兜底")


def _contact(d: Dossier) -> Iterator[Person]:
    ticket = d.ticket
    if ticket.contact_name or ticket.contact_phone:
        yield Person("企业联系人", ticket.contact_name, ticket.contact_phone, d.actor.holds(*CALLING),
                     f"/tickets/{ticket.number}/contact-number")
