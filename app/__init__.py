"""The composition root: the only package that knows every other one. ``from app import create_app`` builds the site.

The site is loaded when it is asked for: a command that needs no pages starts in a tenth of the time.
"""

import gc
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.factory import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> object:
    """``create_app``, from where it stands."""
    if name == "create_app":
        return _factory().create_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _factory() -> ModuleType:
    """Half a million objects are made while it is loaded, and hardly one is garbage: to look for it over and over took
    a quarter of the start."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        return import_module("app.factory")
    finally:
        if was_on:
            gc.enable()
