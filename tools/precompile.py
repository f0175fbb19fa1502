"""Compile the program and its templates where it is installed, by the account that owns it: see docs/deploy.md."""

import compileall
import sys
from pathlib import Path

from flask import Flask

from app import assets, filters
from app.translated import Translated
from config import HERE

PROGRAM = ("app", "jobs", "migrations", "models", "operations", "views", "config.py", "environment.py", "wsgi.py")


def main() -> int:
    """Returns what the shell is told: 0 when everything could be compiled."""
    is_done = all([_compiled(HERE / name) for name in PROGRAM])
    site = Flask("app")
    filters.register(site)
    assets.register(site)
    kept = site.jinja_env.bytecode_cache
    assert isinstance(kept, Translated)
    print(f"compiled: {', '.join(PROGRAM)}; {kept.make(site.jinja_env)} templates")
    return int(not is_done)


def _compiled(place: Path) -> bool:
    compiling = compileall.compile_dir if place.is_dir() else compileall.compile_file
    return bool(compiling(place, quiet=1))


if __name__ == "__main__":
    sys.exit(main())
