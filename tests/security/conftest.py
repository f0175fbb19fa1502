"""One town for a module: who asks, what they ask for, and the database as it was before anybody asked."""

import io
import logging
import pickle
import shutil
from types import SimpleNamespace

import pytest

from app.logs import OneLine
from models import clock
from models.base import db
from tests import shared
from tests.conftest import settle_city
from tests.security import town as towns
from tests.security.caller import Caller, signed_in
from tests.security.matrix import ANYBODY, WHO


@pytest.fixture(scope="session")
def built_town(app, database, engine_name):
    """Built by the first worker that asks, for all of them: rows, names, who is signed in, and the files kept."""
    told = shared.room() / f"town-{engine_name}"

    def build():
        names = towns.build(settle_city(database)) | {"key": "A" * 22, "code": "0" * 16}
        keys = {name: signed_in(app, None if name == ANYBODY else name) for name in WHO}
        db.session.remove()
        told.write_bytes(pickle.dumps((names, keys)))
        shutil.copytree(app.config["VAR_DIR"], f"{told}-var")

    with app.app_context(), clock.standing_at(towns.NOW):
        database.recall("town", build)
    names, keys = pickle.loads(told.read_bytes())
    shutil.copytree(f"{told}-var", app.config["VAR_DIR"], dirs_exist_ok=True)
    callers = {name: Caller(app, key) for name, key in keys.items()}

    def restore():
        db.session.remove()
        database.restore("town")

    return SimpleNamespace(names=names, callers=callers, restore=restore)


@pytest.fixture(scope="module")
def town(app, built_town, database):
    """``town.names`` fills addresses in, ``town.callers`` ask, ``town.restore()`` undoes what they did."""
    with app.app_context():
        built_town.restore()
    yield built_town
    database.restore()


@pytest.fixture(autouse=True)
def on_that_day(app):
    """Every request of these tests comes on the afternoon on which the town stands."""
    with clock.standing_at(towns.NOW):
        yield


@pytest.fixture
def lines(app):
    """What the process writes to its log, as it writes it."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
