"""The ground floor: configuration, database and log lines. Enough for commands and jobs; the site stands on it."""

from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec
from typing import Any

from flask import Flask

from app import logs, slow_statements
from environment import ConfigurationError
from models import encryption, engine
from models.base import db
from operations import log, protection, scanning
from operations.access import passwords
from operations.anchors import standing
from operations.clocks import rulebook

NO_LIBRARY = "附件要放在对象存储（ATTACHMENTS_BUCKET），须先装它的程序库：.venv/bin/pip install --editable '.[s3]'"


def guard_writes(app: Flask) -> None:
    """From now on this process writes nothing while the log does not reach its last anchor, or is broken behind it."""
    config = app.config
    look = partial(standing.obstacle, config["ANCHORS_FILE"], config["ANCHOR_KEY_FILE"]) if config["ANCHORS"] else None
    protection.watch(look)


def tell_operations(settings: Mapping[str, Any]) -> None:
    """What operations keep of the site's settings, for acts that nobody tells them to. Writing is not guarded yet."""
    encryption.keep_keys(settings["DATA_KEYS"])
    rulebook.keep_hours(settings["OFFICE_HOURS"])
    passwords.keep_profile(settings["PASSWORD_PROFILE"], expire=settings["PASSWORDS_EXPIRE"],
                           site_words=(settings["CITY"], settings["SITE_NAME"], "政企直通车"),
                           leaked_in=settings["LEAKED_PASSWORDS"])
    log.seal_by(settings["LOG_ALGORITHM"])
    scanning.scan_by(settings["CLAMD_ADDRESS"])
    protection.watch(None)


def ground_floor(config: object) -> Flask:
    """An app that can open the database and nothing else. ``config`` is a class of ``config.py``."""
    app = Flask("app")
    app.config.from_object(config)
    if app.config["ATTACHMENTS_BUCKET"] and find_spec("obstore") is None:
        raise ConfigurationError(NO_LIBRARY)
    db.init_app(app)
    with app.app_context():
        for one in db.engines.values():
            engine.prepare(one, is_replicated=app.config["SQLITE_REPLICATED"])
    tell_operations(app.config)
    logs.register(app)
    slow_statements.register(app)
    return app
