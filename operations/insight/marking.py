"""Where in a name or a text the words stand that somebody looked for."""

import re

from operations.directory.names import initials_of
from operations.insight.tokens import plain, runs


def pieces(text: str, said: str) -> list[tuple[str, bool]]:
    """``text`` in pieces that together are the whole, each with whether it was looked for."""
    marks = [False] * len(text)
    folded = plain(text)
    if len(folded) == len(text):
        for run in runs(said):
            _mark(marks, folded, run)
    found: list[tuple[str, bool]] = []
    for sign, is_marked in zip(text, marks, strict=True):
        if found and found[-1][1] is is_marked:
            found[-1] = (found[-1][0] + sign, is_marked)
        else:
            found.append((sign, is_marked))
    return found


def _mark(marks: list[bool], text: str, run: str) -> None:
    parts = [run] if run in text else [run[i : i + 2] for i in range(len(run) - 1)]
    if run.isascii() and run not in text:
        _mark_initials(marks, text, run)
        return
    for part in parts:
        for place in re.finditer(re.escape(part), text):
            marks[place.start() : place.end()] = [True] * len(part)


def _mark_initials(marks: list[bool], text: str, run: str) -> None:
    """The signs whose initials were typed; signs without one, such as brackets, stand between them."""
    read = [(place, initial) for place, sign in enumerate(text) for initial in initials_of(sign)[:1]]
    begins = "".join(initial for _, initial in read).find(run)
    if begins >= 0:
        for place, _ in read[begins : begins + len(run)]:
            marks[place] = True
