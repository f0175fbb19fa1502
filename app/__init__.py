"""The composition root: the only package that knows every other one."""

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate

from app import errors, filters, login, navigation, security
from models import engine
from models.base import db
from views import BLUEPRINTS
from views.converters import CONVERTERS

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def create_app(config: object) -> Flask:
    """Build the app: a list of steps. ``config`` is a class of ``config.py``."""
    app = Flask(__name__)
    app.config.from_object(config)
    app.url_map.converters.update(CONVERTERS)
    db.init_app(app)
    Migrate(app, db, directory=str(MIGRATIONS))
    with app.app_context():
        for one in db.engines.values():
            engine.prepare(one)
    for part in (security, login, errors, filters, navigation):
        part.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
