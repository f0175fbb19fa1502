"""The factory of the site."""

from flask import Flask

from app import assets, errors, filters, login, metrics, navigation, security
from app.ground import ground_floor, guard_writes
from views import BLUEPRINTS
from views.converters import CONVERTERS


def create_app(config: object) -> Flask:
    """Build the app: a list of steps. ``config`` is a class of ``config.py``."""
    app = ground_floor(config)
    guard_writes(app)
    app.url_map.converters.update(CONVERTERS)
    for part in (security, login, errors, filters, assets, navigation, metrics):
        part.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
