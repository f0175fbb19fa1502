"""12345 来电人 beside a claim: one's own mobile follows, a name waits for a clerk, and nobody reads another's tickets."""

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import ClaimedSender, Decision, Enterprise
from models.log import Event
from models.tickets import Ticket
from operations.access import scope
from operations.access.people import actor_named
from operations.directory import claims, senders
from operations.directory.merging import unmerge_enterprises
from operations.errors import NotFound, Refused
from operations.hotline.importing import import_messages, region_coded
from tests.claimants import FUXING, FUXING_PHONE, STRANGER, claim, quick_passwords
from tests.hotline import message, write_table
from tests.lives import START

__all__ = ["quick_passwords"]


@pytest.fixture(autouse=True)
def now(city, quick_passwords):
    with clock.standing_at(START):
        yield START


@pytest.fixture
def called(city, tmp_path):
    """Messages of the hotline from these senders, one each."""
    def do(*names, first=1):
        rows = [message(留言编号=first + place, 留言用户=name) for place, name in enumerate(names)]
        import_messages(write_table(tmp_path / "rows.xlsx", rows), region=region_coded(None))
    return do


def read_by(username):
    return set(db.session.scalars(scope.own_tickets(actor_named(username)).with_only_columns(Ticket.external_number)))


def sender(name):
    return db.session.scalars(select(Enterprise).where(Enterprise.external_ref == f"12345:{name}")).one()


def decisions(made):
    db.session.expire_all()
    rows = select(ClaimedSender).where(ClaimedSender.claim_id == made.id).order_by(ClaimedSender.id)
    return [row.decision for row in db.session.scalars(rows)]


def test_calls_from_the_proven_mobile_are_the_members_at_once_and_can_be_taken_back(called):
    called(FUXING_PHONE, "139 0000 0001", "A1")
    made = claim()
    assert read_by(FUXING_PHONE) == {"1"} and decisions(made) == [Decision.CONFIRMED]
    assert senders.beside(actor_named("wujie"), made).told == []

    called(FUXING_PHONE, first=9)
    assert read_by(FUXING_PHONE) == {"1", "9"}, "the sender calls for the enterprise from now on"
    unmerge_enterprises(sender(FUXING_PHONE), actor=actor_named("wujie"), reason="是他自己家的事")
    assert read_by(FUXING_PHONE) == {"9"}


def test_a_name_opens_nothing_until_a_clerk_has_looked(called):
    called(FUXING, "郑涛")
    made = claim()
    assert read_by(FUXING_PHONE) == set() and decisions(made) == [None, None]
    clerk = actor_named("wujie")
    assert [line.count for line in senders.waiting(clerk)] == [2]
    assert [(one.name, one.count) for one in senders.beside(clerk, made).told] == [
        (f"12345来电人 {FUXING}", 1), ("12345来电人 郑涛", 1)]

    assert senders.settle(made.id, actor=clerk, taken=[sender(FUXING).id]) == 1
    assert read_by(FUXING_PHONE) == {"1"} and decisions(made) == [Decision.CONFIRMED, Decision.REFUSED]
    assert not senders.waiting(clerk)
    with pytest.raises(Refused, match="已由他人核对"):
        senders.settle(made.id, actor=clerk, taken=[])
    assert {"settle_senders", "merge_enterprises"} <= set(db.session.scalars(select(Event.action)))


def test_a_strangers_mobile_follows_only_when_the_desk_has_confirmed(called):
    called("+8613900000001", FUXING)
    made = claim(STRANGER)
    steward = actor_named("liumin")
    beside = senders.beside(steward, made)
    assert (beside.proven, beside.told, beside.hidden) == (1, [], 1) and decisions(made) == [None, None]
    assert read_by(STRANGER) == set()
    with pytest.raises(Refused, match="认领确认以后"):
        senders.settle(made.id, actor=actor_named("wujie"), taken=[])
    claims.confirm(made.id, actor=steward)
    assert read_by(STRANGER) == {"1"} and decisions(made) == [Decision.CONFIRMED, None]
    with pytest.raises(Refused):
        senders.settle(made.id, actor=steward, taken=[sender(FUXING).id])
    with pytest.raises(NotFound):
        senders.settle(made.id, actor=actor_named("baixue"), taken=[])


def test_a_refused_claim_takes_nobody_along(called):
    called(STRANGER, FUXING)
    made = claim(STRANGER)
    claims.refuse(made.id, actor=actor_named("liumin"), reason="没有这个人")
    assert decisions(made) == [Decision.REFUSED] * 2 and read_by(STRANGER) == set()
    assert sender(STRANGER).merged_into_id is None


def test_of_two_claims_the_second_finds_the_sender_taken(called):
    called(FUXING)
    first, second = claim(), claim(STRANGER)
    clerk = actor_named("wujie")
    claims.confirm(second.id, actor=clerk)
    senders.settle(first.id, actor=clerk, taken=[sender(FUXING).id])
    assert senders.settle(second.id, actor=clerk, taken=[sender(FUXING).id]) == 1
    assert decisions(second) == [Decision.WITHDRAWN]
