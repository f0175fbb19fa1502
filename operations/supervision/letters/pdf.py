"""A paper as PDF, set by Typst. The fonts are free and embedded, unless a site names others that it has."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import segno
from pylopdf_fonts_zh_cn import serif_path

from operations.supervision.letters.sheet import Sheet

# Any of the eight is valid; trying them all for the best took half the time of a letter.
MASK = 3
LAYOUT = Path(__file__).with_name("letter.typ")


@dataclass(frozen=True, slots=True)
class Fonts:
    """Names in the order of preference, and the folder of those that the program does not bring along."""

    names: tuple[str, ...]
    folder: str = ""


def pdf_of(sheet: Sheet, fonts: Fonts) -> bytes:
    """The paper as PDF. What it says is data to the typesetter, never a command."""
    said = asdict(sheet) | {"qr": qr_of(sheet.check_url) if sheet.check_url else "", "host": sheet.check_url}
    return set_by(LAYOUT, {"letter": said}, fonts)


def set_by(layout: Path, said: Mapping[str, Any], fonts: Fonts) -> bytes:
    """A PDF of this layout, which reads ``said`` by name from its inputs, and the ``fonts`` it may use."""
    inputs = {name: json.dumps(value, ensure_ascii=False) for name, value in said.items()}
    made = _typesetter().compile(
        layout, font_paths=_loaded(fonts.folder), ignore_system_fonts=True, format="pdf", pdf_tags=False,
        sys_inputs=inputs | {"fonts": json.dumps(known(fonts))},
    )
    assert isinstance(made, bytes)
    return made


def known(fonts: Fonts) -> Sequence[str]:
    """Those of the names that are there: a name that is not would only make a warning."""
    there = set(_loaded(fonts.folder).families())
    return [name for name in fonts.names if name in there] or sorted(there)[-1:]


def qr_of(address: str) -> str:
    """The address as a picture."""
    picture = io.BytesIO()
    segno.make(address, micro=False, mask=MASK).save(picture, kind="svg", xmldecl=False, border=0)
    return picture.getvalue().decode()


@cache
def _typesetter() -> Any:
    return import_module("typst")  # 7 MB that few processes need


@lru_cache(maxsize=4)
def _loaded(folder: str) -> Any:
    """Read once per process: reading them takes ten times as long as setting a letter."""
    paths = [str(serif_path().parent), *([folder] if folder else [])]
    return _typesetter().Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=paths)
