"""What carries a text message away. A gateway is one more class with the same ``send``, and its name in ADAPTERS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

CONSOLE, OFF = "console", "off"


@dataclass(frozen=True, slots=True)
class Text:
    """What is to be sent. ``key`` stays the same when it is tried again: a gateway can leave out a second copy."""

    key: str
    number: str
    words: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of it. ``problem`` never quotes the words; ``may_retry``: it may go better later."""

    is_taken: bool
    reference: str = ""
    problem: str = ""
    may_retry: bool = False


class Adapter(Protocol):
    """One way out. Raises nothing for what may happen on the way: that is told by the receipt."""

    def send(self, message: Text) -> Receipt:
        """Hand the message over, once."""


class Console:
    """Prints one line to the terminal of the scheduler, never to a log: for development and demonstration."""

    def send(self, message: Text) -> Receipt:
        """Always succeeds."""
        print(f"[短信] 发往 {message.number}：{message.words}", flush=True)
        return Receipt(is_taken=True, reference=CONSOLE)


class Off:
    """No text messages at this site."""

    def send(self, message: Text) -> Receipt:
        """Never succeeds."""
        return Receipt(is_taken=False, problem="短信没有开通")


ADAPTERS: Mapping[str, Callable[[], Adapter]] = {CONSOLE: Console, OFF: Off}


def adapter_named(name: str) -> Adapter:
    """The adapter that the setting TEXTING names."""
    return ADAPTERS[name]()
