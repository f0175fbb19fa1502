"""The ground floor: configuration, database and log lines. Enough for commands and jobs; the site stands on it."""

from flask import Flask

from app import logs, slow_statements
from models import engine
from models.base import db
from operations import log
from operations.clocks import rulebook


def ground_floor(config: object) -> Flask:
    """An app that can open the database and nothing else. ``config`` is a class of ``config.py``."""
    app = Flask("app")
    app.config.from_object(config)
    db.init_app(app)
    with app.app_context():
        for one in db.engines.values():
            engine.prepare(one)
    rulebook.keep_hours(app.config["OFFICE_HOURS"])
    log.seal_by(app.config["LOG_ALGORITHM"])
    logs.register(app)
    slow_statements.register(app)
    return app
