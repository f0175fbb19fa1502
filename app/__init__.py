"""The composition root: the only package that knows every other one. ``from app import create_app`` builds the site.

The site is loaded when it is asked for: a command that needs no pages starts in a tenth of the time.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from app.loading import undisturbed

if TYPE_CHECKING:
    from app.factory import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> object:
    """``create_app``, from where it stands."""
    if name == "create_app":
        return _factory().create_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _factory() -> ModuleType:
    with undisturbed():
        return import_module("app.factory")
