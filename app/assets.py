"""The site's own style sheets, scripts and icons: kept by the browser for good, under addresses that change with them.

Templates name them plainly, ``/static/css/zq.css``; what is sent names ``/static/~<stamp>/css/zq.css``. Without it each
page of a phone would ask for nine files again, if only to hear that nothing has changed.
"""

import hashlib
from pathlib import Path

from flask import Flask, Response, request
from jinja2 import Environment
from jinja2.ext import Extension

from app import translated

PLAIN = "/static/"
KEPT = "public, max-age=31536000, immutable"


def register(app: Flask) -> None:
    """Serve the files under their stamped address as well, and have every template name that one."""
    stamp = stamp_of(Path(app.static_folder or ""))
    stamped = f"{PLAIN}~{stamp}/"
    app.add_url_rule(f"{stamped}<path:filename>", endpoint="static", view_func=app.view_functions["static"])
    app.jinja_env.extend(stamped=stamped)
    app.jinja_env.add_extension(Stamping)
    translated.register(app, stamp=stamp)

    @app.after_request
    def keep(answer: Response) -> Response:
        if request.path.startswith(stamped) and answer.status_code in (200, 304):
            answer.headers["Cache-Control"] = KEPT
        return answer


def stamp_of(folder: Path) -> str:
    """Ten letters that stand for what is in all the files of a folder."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:10]


class Stamping(Extension):
    """Writes the stamped address into each template before it is compiled."""

    environment: Environment

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source with every plain address of a static file replaced."""
        return source.replace(f'"{PLAIN}', f'"{self.environment.stamped}')  # type: ignore[attr-defined]
