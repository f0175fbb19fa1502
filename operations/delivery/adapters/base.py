"""The contract of an adapter: it takes a message and answers with a receipt; and the two that need no gateway."""

from dataclasses import dataclass
from typing import Protocol

CONSOLE, OFF, GATEWAY = "console", "off", "gateway"


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be sent. ``key`` stays the same when it is tried again: a gateway can leave out a second copy."""

    key: str
    recipient: str
    subject: str
    words: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of it. ``problem`` never quotes the words, nor an address with a secret in it.

    ``may_retry``: the way failed and not the message, so it may go better later. ``must_pause``: nothing at all should
    be sent by this way for a while.
    """

    is_taken: bool
    reference: str = ""
    code: str = ""
    problem: str = ""
    may_retry: bool = False
    must_pause: bool = False


class Adapter(Protocol):
    """One way out. Raises nothing for what may happen on the way: that is told by the receipt."""

    def send(self, message: Message) -> Receipt:
        """Hand the message over, once, within the seconds it was made with."""


class Console:
    """Prints one line to the terminal of the scheduler, never to a log: for development and demonstration."""

    def send(self, message: Message) -> Receipt:
        """Always succeeds."""
        print(f"[短信] 发往 {message.recipient}：{message.words}", flush=True)
        return Receipt(is_taken=True, reference=CONSOLE)


class Off:
    """This site does not send by it."""

    def send(self, message: Message) -> Receipt:
        """Never succeeds."""
        return Receipt(is_taken=False, problem="本站没有开通")
