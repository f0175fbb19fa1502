"""Bringing the database to this program's version. Apart from the site, whose workers never need what it loads."""

import flask_migrate
from flask import current_app

from app.at_start import MIGRATIONS
from models.base import db


def upgrade() -> None:
    """Run what is lacking of ``migrations/`` on the database of the running app."""
    flask_migrate.Migrate(current_app, db, directory=str(MIGRATIONS))
    flask_migrate.upgrade()
