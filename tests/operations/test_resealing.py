"""Telephone numbers stand in no byte of the database, are found all the same, and follow a change of keys."""

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from config import Testing
from models import encryption
from models.access import KeptForm, User
from models.base import db
from models.directory import Enterprise
from operations import resealing
from operations.insight import search
from tests.conftest import settle_life
from tests.sealing import keys

PHONE = "13800002607"
NEW = "eine-neue-nur-fuer-tests-0123456789abcdef"


@pytest.fixture
def lived(app, database):
    return settle_life(database)


def numbers():
    """Every mobile that the site knows, as it reads them."""
    found = set()
    for place in resealing.places():
        if isinstance(place.column.type, encryption.Sealed):
            told = db.session.scalars(select(place.column))
            found |= {one for one in told if one and encryption.TEXTABLE.fullmatch(one)}
    return found


def stored(firm):
    raw = sa.type_coerce(Enterprise.contact_phone, sa.String())
    return db.session.scalar(select(raw).where(Enterprise.id == firm.id))


def found_by_tail(firm):
    found = db.session.scalars(select(Enterprise.id).where(search.named(PHONE[-6:])))
    return firm.id in found.all()


def found_whole(firm):
    return firm.id in db.session.scalars(select(Enterprise.id).where(Enterprise.contact_phone == PHONE)).all()


def everything():
    """All rows of all tables as the database has them."""
    for table in sa.inspect(db.session.connection()).get_table_names():
        for row in db.session.execute(sa.text(f"SELECT * FROM {table}")):
            yield table, str(row)


def test_no_number_stands_in_the_database(lived):
    known = numbers()
    assert len(known) > 20
    shown = [(table, row) for table, row in everything()
             if any(one in row or one[::-1] in row for one in known)]
    assert shown == []


def test_a_number_is_found_by_whoever_knows_it_under_old_keys_and_new(city):
    firm = city.enterprises["恒轧机械"]
    before = stored(firm)
    with keys(NEW, *Testing.DATA_KEYS):
        assert resealing.left() > 0
        for told in (found_by_tail, found_whole):
            assert told(firm), "while both keys are there"
        moved = {place.table.name for place, count in resealing.reseal_all() if place and count}
        assert {"users", "enterprises"} <= moved and resealing.left() == 0
        assert all(count == 0 for _, count in resealing.reseal_all())
    with keys(NEW):
        db.session.expire_all()
        assert stored(firm) != before and firm.contact_phone == PHONE
        assert found_by_tail(firm) and found_whole(firm)
    with pytest.raises(encryption.Undecipherable):
        db.session.refresh(firm)


def test_what_was_typed_and_kept_follows_a_change_of_keys(city):
    db.session.add_all(KeptForm(token_hash=str(n), path="", body={"subject": [f"第{n}行 ~%s", '"']}) for n in range(3))
    db.session.commit()
    with keys(NEW, *Testing.DATA_KEYS):
        assert {place.table.name: count for place, count in resealing.reseal_all() if place}["kept_forms"] == 3
    with keys(NEW):
        db.session.expire_all()
        kept = db.session.scalars(select(KeptForm.body).order_by(KeptForm.id)).all()
        raw = db.session.scalars(select(sa.cast(KeptForm.body, sa.Text))).all()
    assert kept == [{"subject": [f"第{n}行 ~%s", '"']} for n in range(3)] and all(one[:3] == '"~t' for one in raw)


def test_a_sealed_text_that_somebody_types_is_no_sealed_text(city):
    user = db.session.get_one(User, city.users["liumin"].id)
    user.username = encryption.seal(PHONE)
    db.session.flush()
    db.session.refresh(user)
    assert user.username.startswith("～") and PHONE not in user.username


def test_two_accounts_never_sign_in_by_one_mobile(city):
    for name in ("liumin", "wujie"):
        db.session.get_one(User, city.users[name].id).username = PHONE
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
