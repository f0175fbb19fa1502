"""Words as the search index keeps and is asked for them: pairs of Chinese signs, initials in threes, numbers backwards.

A token holds nothing but Han signs, a–z and 0–9, so no quotation mark or operator can reach an engine's query.
Beside the plain tokens of names and texts there are marked ones: ``i`` parts of the pinyin initials, ``c`` a number
backwards (a credit code, a number elsewhere): a number's tail is then the token's beginning. ``p`` is a keyed digest of
a phone's tail, one for each length, from which no phone is read.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

from models.encryption import tail_ways, tails

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RUN = re.compile(rf"[{HAN}]+|[0-9a-z]+")
HAN_BEGINS = "\u3400"
SHORTEST_TAIL, LONGEST_TAIL = 4, 11
PART = 3
LONGEST_RUN = 32
RUNS_ASKED = 8


def plain(text: str) -> str:
    """Half width and lower case: how everything is compared."""
    return unicodedata.normalize("NFKC", text).lower()


def runs(text: str) -> list[str]:
    """Runs of Chinese signs and runs of letters and digits, in their order."""
    return RUN.findall(plain(text))


def text_tokens(text: str) -> list[str]:
    """供电不稳 A12 → 供电 电不 不稳 稳 a12."""
    found: list[str] = []
    for run in runs(text):
        if run < HAN_BEGINS:
            found.append(run[:LONGEST_RUN])
        else:
            found += [run[i : i + 2] for i in range(len(run))]
    return found


def initials_tokens(initials: str) -> list[str]:
    """hzjx → ihzj izjx ijx ix: any part of the initials is the beginning of one of them."""
    return [f"i{initials[i : i + PART]}" for i in range(len(initials))]


def number_tokens(mark: str, number: str | None) -> list[str]:
    """The number backwards behind its mark; signs that are no letters or digits are left out."""
    signs = re.sub("[^0-9a-z]", "", plain(number or ""))
    return [f"{mark}{signs[::-1]}"] if signs else []


def phone_tokens(phone: str) -> list[str]:
    """A word for each tail of the phone that may be asked for."""
    signs = re.sub("[^0-9]", "", plain(phone))
    return [f"p{word}" for word in tails(signs, range(SHORTEST_TAIL, LONGEST_TAIL + 1))]


def document(tokens: Iterable[str]) -> str:
    """What a row of the index keeps: each token once."""
    return " ".join(dict.fromkeys(tokens))


# One run asked for: any of the alternatives, each a list of tokens that must all be there; True is "begins with".
Asked = list[list[tuple[str, bool]]]


def asked_of_names(text: str) -> list[Asked]:
    """What to ask the index of enterprises: every run must be met."""
    return [_of_names(run) for run in runs(text)[:RUNS_ASKED]]


def asked_of_texts(text: str) -> list[Asked]:
    """What to ask the index of tickets: every run must be met."""
    return [_of_texts(run) for run in runs(text)[:RUNS_ASKED]]


def _of_names(run: str) -> Asked:
    if run >= HAN_BEGINS:
        return [_pairs(run)]
    run = run[:LONGEST_RUN]
    if len(run) < PART:
        return [[(f"i{run}", True)]]
    ways: Asked = [[(f"i{run[i : i + PART]}", False) for i in range(len(run) - PART + 1)]]
    if len(run) >= SHORTEST_TAIL:
        ways.append([(f"c{run[::-1]}", True)])
        if run.isdecimal():
            ways += [[(f"p{word}", False)] for word in tail_ways(run)]
    return ways


def _of_texts(run: str) -> Asked:
    if run >= HAN_BEGINS:
        return [_pairs(run)]
    run = run[:LONGEST_RUN]
    tail: Asked = [[(f"c{run[::-1]}", True)]] if len(run) >= SHORTEST_TAIL else []
    return [[(run, True)], *tail]


def _pairs(run: str) -> list[tuple[str, bool]]:
    run = run[:LONGEST_RUN]
    return [(run, True)] if len(run) == 1 else [(run[i : i + 2], False) for i in range(len(run) - 1)]


def tsquery(asked: list[Asked]) -> str:
    """For PostgreSQL: ``('供电' & '电不') | 'cx8':*`` and so on."""
    return _written(asked, " & ", " | ", lambda token, begins: f"'{token}':*" if begins else f"'{token}'")


def match(asked: list[Asked]) -> str:
    """For FTS5: ``("供电" AND "电不") OR "cx8" *``."""
    return _written(asked, " AND ", " OR ", lambda token, begins: f'"{token}" *' if begins else f'"{token}"')


def _written(asked: list[Asked], both: str, either: str, sign: Callable[[str, bool], str]) -> str:
    def all_of(tokens: list[tuple[str, bool]]) -> str:
        return f"({both.join(sign(*token) for token in tokens)})"

    return both.join(f"({either.join(all_of(way) for way in ways)})" for ways in asked)
