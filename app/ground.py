"""The ground floor: configuration, database and log lines. Enough for commands and jobs; the site stands on it."""

from functools import partial

from flask import Flask

from app import logs, slow_statements
from models import engine
from models.base import db
from operations import log, protection
from operations.access import passwords
from operations.anchors import standing
from operations.clocks import rulebook


def guard_writes(app: Flask) -> None:
    """From now on this process writes nothing while the log does not reach its last anchor."""
    look = partial(standing.objection, app.config["ANCHORS_FILE"]) if app.config["ANCHORS"] else None
    protection.watch(look)


def ground_floor(config: object) -> Flask:
    """An app that can open the database and nothing else. ``config`` is a class of ``config.py``."""
    app = Flask("app")
    app.config.from_object(config)
    db.init_app(app)
    with app.app_context():
        for one in db.engines.values():
            engine.prepare(one)
    rulebook.keep_hours(app.config["OFFICE_HOURS"])
    passwords.keep_profile(app.config["PASSWORD_PROFILE"], expire=app.config["PASSWORDS_EXPIRE"],
                           site_words=(app.config["CITY"], app.config["SITE_NAME"], "政企直通车"))
    log.seal_by(app.config["LOG_ALGORITHM"])
    logs.register(app)
    slow_statements.register(app)
    return app
