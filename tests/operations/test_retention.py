"""到期清除: what is over goes a batch at a time; what is still wanted, and what is kept for ever, stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models import clock
from models.access import Invitation, LoginSession, MemberRole
from models.base import db
from models.carriers import TextAnswer
from models.directory import ImportBatch, ImportKind, ImportState
from models.log import Event
from models.tickets import Draft, Ticket
from operations import retention
from operations.files import path_of
from tests.lives import START, Life

TERMS = retention.Terms(contacts=1095, traces=365)
LONG_AGO, LATELY = START - timedelta(days=1200), START - timedelta(days=300)
PHONE = "13800002607"


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)


def clear():
    with clock.standing_at(START):
        return list(retention.clear(TERMS))


def test_the_contact_of_a_ticket_goes_three_years_after_its_end_and_nothing_else_of_it(city):
    life = Life(city).handling().sign().result().reply().call().rate()
    tickets = Ticket.__table__
    db.session.execute(update(tickets).values(closed_at=LATELY, contact_phone=PHONE, contact_name="孙伟"))
    assert clear() == []
    db.session.execute(update(tickets).values(closed_at=LONG_AGO))
    db.session.commit()
    assert clear() == [1] and clear() == []
    db.session.expire_all()
    assert (life.ticket.contact_name, life.ticket.contact_phone) == ("", "") and life.ticket.content
    assert "clear_contacts" in db.session.scalars(select(Event.action)).all()


def test_traces_go_after_a_year(city):
    person, firm = city.users["hengzha"].id, city.enterprises["恒轧机械"].id
    for n, at in enumerate((LONG_AGO, LONG_AGO, LONG_AGO, LATELY)):
        db.session.add_all([
            TextAnswer(provider_id=f"p{n}", number=PHONE, words="5", received_at=at),
            Invitation(enterprise_id=firm, mobile=f"1380000260{n}", member_role=MemberRole.AGENT, token_hash=f"h{n}",
                       invited_by_id=person, created_at=at, expires_at=at),
            LoginSession(token_hash=f"s{n}", user_id=person, created_at=at, seen_at=at),
            Draft(key=f"k{n}", user_id=person, enterprise_id=firm, answers={"contact_phone": PHONE}, created_at=at,
                  updated_at=at if n < 3 else START),
        ])
    db.session.commit()
    assert clear() == [2, 1] * 4 and clear() == []
    assert sorted(db.session.scalars(select(TextAnswer.number))) == ["", "", "", PHONE]
    assert sorted(db.session.scalars(select(Invitation.mobile))) == ["", "", "", "13800002603"]
    assert db.session.scalars(select(Draft.key)).all() == ["k3"]
    assert db.session.scalars(select(LoginSession.token_hash)).all() == ["s3"]


def test_the_files_of_imports_go_after_thirty_days_unless_somebody_works_on_them(city, tmp_path):
    states = {"a" * 20: ImportState.IMPORTED, "b" * 20: ImportState.CHECKING}
    for name, state in states.items():
        db.session.add(ImportBatch(kind=ImportKind.ENTERPRISES, state=state, file_name="x.xlsx", stored_name=name,
                                   size=1, sha256="", created_at=LATELY))
        path_of(tmp_path, name).parent.mkdir()
        path_of(tmp_path, name).write_text(PHONE)
    db.session.commit()
    with clock.standing_at(START):
        assert retention.drop_import_files(tmp_path, 30) == 1
    assert [path_of(tmp_path, name).exists() for name in states] == [False, True]
