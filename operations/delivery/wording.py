"""What is said outside the site: what has happened and the ticket's number, never the words of a demand.

A gateway, a mail server and the members of a group all read along. Who is meant signs in and reads the rest.
"""

import hashlib
from dataclasses import dataclass

from models.deliveries import Carrier, Purpose
from models.notices import NoticeKind
from operations.delivery.adapters.base import Message


@dataclass(frozen=True, slots=True)
class Site:
    """How the site calls itself and where it is."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a message is about, as the outbox knows it."""

    purpose: Purpose
    words: str = ""
    kind: NoticeKind | None = None
    subject: str = ""
    number: str = ""
    is_confidential: bool = False
    count: int = 0


def written(carrier: Carrier, key: str, recipient: str, *, content: Content, site: Site) -> Message:
    """The message as this carrier takes it away. Its key is a digest: ours names people and rows."""
    sealed = hashlib.sha256(key.encode()).hexdigest()[:32]
    subject = _said(carrier, content)
    if content.purpose not in (Purpose.NOTICE, Purpose.DIGEST):
        return Message(sealed, recipient, f"【{site.name}】", content.words)
    words = f"【{site.name}】{subject}，请登录查看：{site.url}/notices"
    if carrier is Carrier.SMS:
        words += "　回TD退订"
    return Message(sealed, recipient, f"【{site.name}】{subject}", words)


def _said(carrier: Carrier, content: Content) -> str:
    if content.purpose is Purpose.DIGEST:
        return f"您有 {content.count} 条新通知"
    label = content.kind.label if content.kind else ""
    is_for_a_group = carrier in (Carrier.WECOM, Carrier.DINGTALK)
    happened, colon, _ = content.subject.partition("：")
    if is_for_a_group or content.is_confidential or not content.number or not colon:
        return f"您有新的{label}通知"
    return f"{happened}（{content.number}）"
