"""大城: the demonstration at a real city's size, here with a small one's numbers."""

import gzip

import pytest
from sqlalchemy import func, select

from models.base import db
from models.directory import Enterprise, Region, RegionLevel, Steward, Stewardship
from models.engagement import Interaction
from operations.access.people import actor_named
from operations.demo.metropolis.building import SOURCE, Sizes, build
from operations.demo.metropolis.words import read_names
from operations.directory.names import error_of_code, has_right_check
from operations.directory.ownership import Owners
from operations.errors import BadInput, Refused
from tests.conftest import settle_city

SIZES = Sizes(enterprises=700, stewards=60)


def told(step, done, total):
    """Progress that nobody watches."""


def counted(column, *where):
    return db.session.scalar(select(func.count(column)).where(*where))


@pytest.fixture(scope="module")
def built(app, database):
    with app.app_context():
        settle_city(database)
        build(SIZES, ["星河", "北辰"], told)
        db.session.remove()
    yield
    database.restore()


@pytest.fixture
def metropolis(app, built):
    """Read only: built once for all who look at it."""


@pytest.mark.shares_rows
def test_it_has_the_size_that_was_asked_for(metropolis):
    assert counted(Enterprise.id, Enterprise.source == SOURCE) == SIZES.enterprises
    assert counted(Steward.user_id) == SIZES.stewards
    assert counted(Region.id, Region.level == RegionLevel.GRID) > 100


@pytest.mark.shares_rows
def test_its_firms_are_what_an_import_would_let_pass(metropolis):
    owners = Owners()
    paths = {own: path for own, path in db.session.execute(select(Region.id, Region.path))}
    for firm in db.session.scalars(select(Enterprise).where(Enterprise.source == SOURCE)):
        assert error_of_code(firm.credit_code) == "" and has_right_check(firm.credit_code)
        assert firm.owner_unit_id == owners.of(firm.category, paths[firm.region_id])
        assert firm.initials and ("星河" in firm.name or "北辰" in firm.name)


@pytest.mark.shares_rows
def test_one_steward_and_one_firm_are_as_busy_as_pages_must_stand(metropolis):
    of_liumin = Stewardship.steward_id == actor_named("liumin").user_id
    assert counted(Stewardship.id, of_liumin, Stewardship.ended_at.is_(None)) >= 200
    most = select(func.count(Interaction.id)).group_by(Interaction.enterprise_id).order_by(func.count().desc()).limit(1)
    assert db.session.scalar(most) == 500


@pytest.mark.shares_rows
def test_the_lists_know_the_last_talk(metropolis):
    last = select(func.max(Interaction.occurred_at)).where(Interaction.enterprise_id == Enterprise.id).scalar_subquery()
    assert counted(Enterprise.id, Enterprise.source == SOURCE, last > Enterprise.quiet_since) == 0


@pytest.mark.shares_rows
def test_it_is_built_once(metropolis):
    with pytest.raises(Refused, match="没有再装"):
        build(SIZES, [], told)


def test_names_come_from_a_file(tmp_path):
    plain, packed = tmp_path / "names.txt", tmp_path / "names.gz"
    plain.write_text("星河\n\n  北辰 \n", encoding="utf-8")
    with gzip.open(packed, "wt", encoding="utf-8") as out:
        out.write("南斗\n")

    assert read_names(plain) == ["星河", "北辰"]
    assert read_names(packed) == ["南斗"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01", b"\n \n"])
def test_a_file_without_names_is_refused_in_words(tmp_path, content):
    path = tmp_path / "names.txt"
    path.write_bytes(content)

    with pytest.raises(BadInput, match="名称文件"):
        read_names(path)
