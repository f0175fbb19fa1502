"""What an anchor says: where the log stood, as one text that is signed. Each names the digest of the one before."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from operations.errors import Refused
from operations.log import canonical

NOTHING_BEFORE = "0" * 64
INSTANCE_DIGITS = 16


class Unreadable(Refused):
    """A line that no program of ours has written."""


@dataclass(frozen=True, slots=True)
class Statement:
    """锚点。``instance``: the beginning of the hash of event 1, which tells one log from another. ``count``: how many
    links were read since the anchor before. ``prev_checkpoint``: the digest of that anchor's text.

    ``resumes``: -1; or, where a person has vouched for a log that was restored or broken, the number of the anchor that
    still holds. Those between were of what is lost.
    """

    number: int
    instance: str
    seq: int
    hash: str
    time: str
    count: int
    prev_checkpoint: str
    resumes: int = -1

    @property
    def made_at(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.time)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A statement with its signature, as it stands in a file: ``signature text``, one a line."""

    text: str
    signature: str
    said: Statement

    @property
    def digest(self) -> str:
        """What the next one names it by."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def line(self) -> str:
        """As it is kept outside the database."""
        return f"{self.signature} {self.text}"


def text_of(said: Statement) -> str:
    """The one text of a statement."""
    return canonical(asdict(said))


def read(signature: str, text: str) -> Checkpoint:
    """The checkpoint of this text. Raises Unreadable."""
    try:
        said = Statement(**json.loads(text))
        if text_of(said) != text or not said.made_at.tzinfo or said.number < 1:
            raise ValueError(text)
    except (ValueError, TypeError) as problem:
        raise Unreadable("锚点无法识别，不是本系统写的，或者被改动过。") from problem
    return Checkpoint(text, signature, said)


def from_line(line: str) -> Checkpoint:
    """The checkpoint that a line of the file holds. Raises Unreadable."""
    signature, _, text = line.partition(" ")
    return read(signature, text)
