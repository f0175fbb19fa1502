"""Templates as bytecode, translated where the program is installed: a process that starts has only to read them.

The account of a site cannot write where its program lies, and so could keep nothing of what it has translated: each new
process would do it all over again, while people wait (docs/decisions.md). ``tools/precompile.py`` does it once, by the
account that owns the program. A site without it translates each template when it is first asked for.
"""

import shutil
from contextlib import suppress
from pathlib import Path

import jinja2
from flask import Flask
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

FOLDER = Path(__file__).resolve().parent / "__pycache__" / "templates"


class Translated(BytecodeCache):
    """One file for each template, named by jinja2; what is in it counts for the very source that it was made of.

    ``stamp`` is of the files whose addresses are written into templates: with another one, nothing here counts. Only
    ``make`` ever writes.
    """

    def __init__(self, folder: Path, stamp: str) -> None:
        self.folder, self.is_making = folder / f"{stamp}-{jinja2.__version__}", False

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was made of this source; nothing where there is none, and the template is translated now."""
        with suppress(OSError), open(self.folder / bucket.key, "rb") as made:
            bucket.load_bytecode(made)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it while everything is being made, whole at once; to be read by whichever account the site has."""
        if self.is_making:
            fresh = self.folder / f"{bucket.key}.new"
            fresh.write_bytes(bucket.bytecode_to_string())
            fresh.replace(self.folder / bucket.key)

    def make(self, environment: Environment) -> int:
        """Translate every template anew and forget what was made before, for any version. Returns how many."""
        shutil.rmtree(self.folder.parent, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.is_making = True
        names = environment.list_templates()
        for name in names:
            environment.get_template(name)
        return len(names)


def register(app: Flask, *, stamp: str) -> None:
    """Read templates as they were translated, where they were."""
    app.jinja_env.bytecode_cache = Translated(FOLDER, stamp)


def hold(app: Flask) -> None:
    """Take in every template at once, where they were translated. An upgrade changes the files under a process that
    still answers, and a page of the former program cannot be shown by a template of the next."""
    if FOLDER.is_dir():
        app.jinja_env.cache = {}  # of its own accord jinja2 keeps 400
        for name in app.jinja_env.list_templates():
            app.jinja_env.get_template(name)
