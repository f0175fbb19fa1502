"""企业资料变更: a member asks, what is theirs applies at once, the rest waits for the owner."""

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import Decision, Enterprise, FactChange, FactRequest
from models.notices import Notice
from operations.directory import profile
from operations.directory.fact_kinds import FACTS
from operations.directory.facts import change_facts
from operations.directory.profile import PROFILE, Settling, propose_facts
from operations.errors import BadInput, NotAllowed, NotFound, Refused, Stale
from tests.lives import START


@pytest.fixture(autouse=True)
def now():
    with clock.standing_at(START):
        yield START


@pytest.fixture
def firm(city):
    """恒轧机械, which the 发改 bureau (dengli) owns and which lies in 城东区 (tangyi)."""
    return city.enterprises["恒轧机械"]


def asked(firm, people, **changes):
    propose_facts(firm, actor=people["hengzha"], changes=changes or {"staff_count": "88"})
    return db.session.scalars(select(FactRequest).order_by(FactRequest.id.desc())).first()


def told(person):
    rows = select(Notice.subject).where(Notice.user_id == person.user_id).order_by(Notice.id.desc())
    return db.session.scalars(rows).first()


def test_the_table_names_facts_and_only_the_contact_applies_at_once():
    assert PROFILE.keys() <= FACTS.keys()
    assert [field for field, when in PROFILE.items() if when is Settling.AT_ONCE] == ["contact_name", "contact_phone"]


def test_the_contact_applies_at_once_and_the_rest_waits(firm, people):
    staff = firm.staff_count
    sent = propose_facts(firm, actor=people["hengzha"], changes={"contact_name": "钱工", "staff_count": "88"})
    assert (sent.applied, sent.waiting) == (["联系人"], ["从业人数"])
    change = db.session.scalars(select(FactChange).where(FactChange.field == "contact_name")).one()
    assert (firm.contact_name, firm.staff_count, change.changed_by_id) == ("钱工", staff, None)
    assert people["hengzha"].name in change.source and "申请改资料" in told(people["dengli"])


@pytest.mark.parametrize("by", ["dengli", "tangyi"])
def test_confirmed_it_is_a_fact_with_its_source_and_the_member_hears(firm, people, by):
    request = asked(firm, people)
    assert [one.id for one in profile.waiting(people[by])[0]] == [request.id]
    profile.confirm(request.id, actor=people[by], version=firm.version)
    db.session.expire_all()
    change = db.session.scalars(select(FactChange).where(FactChange.field == "staff_count")).one()
    assert (firm.staff_count, request.decision) == (88, Decision.CONFIRMED) and people[by].name in change.source
    assert told(people["hengzha"]) == "从业人数的变更申请：已确认" and profile.waiting(people[by])[0] == []
    with pytest.raises(Refused, match="已经由他人处理"):
        profile.refuse(request.id, actor=people["wujie"], reason="晚了")


def test_refused_nothing_changes_the_reason_is_kept_and_it_may_be_asked_again(firm, people):
    request, staff = asked(firm, people), firm.staff_count
    with pytest.raises(BadInput):
        profile.refuse(request.id, actor=people["dengli"], reason=" ")
    profile.refuse(request.id, actor=people["dengli"], reason="与年报不符")
    assert firm.staff_count == staff and profile.asked_of(firm)[0].request.reason == "与年报不符"
    assert asked(firm, people).id != request.id


def test_what_changed_meanwhile_is_shown_and_not_overwritten_unseen(firm, people):
    request, printed = asked(firm, people), firm.version
    change_facts(firm, actor=people["dengli"], changes={"staff_count": "90"}, source="年报")
    with pytest.raises(Stale):
        profile.confirm(request.id, actor=people["dengli"], version=printed)
    shown = profile.get_asked(people["dengli"], request.id)
    assert shown.has_moved and (shown.now, shown.after) == ("90 人", "88 人")
    assert db.session.get_one(Enterprise, firm.id).staff_count == 90
    with pytest.raises(Stale):
        propose_facts(firm, actor=people["hengzha"], changes={"address": "东街 1 号"}, version=printed)


def test_what_cannot_be_asked_is_refused(firm, people):
    request = asked(firm, people)
    with pytest.raises(Refused, match="从业人数已有申请"):
        asked(firm, people, staff_count="99")
    with pytest.raises(Refused, match="没有改动"):
        asked(firm, people, name=firm.name)
    with pytest.raises(BadInput):
        asked(firm, people, contact_phone="1")
    for by, changes in (("hengzha", {"credit_flag": "normal"}), ("hongda", {"name": "别人"}), ("dengli", {"name": "别"})):
        with pytest.raises(NotAllowed):
            propose_facts(firm, actor=people[by], changes=changes)
    for by in ("fangming", "hengzha", "liumin"):
        with pytest.raises(NotFound):
            profile.confirm(request.id, actor=people[by])


def test_who_asked_takes_it_back_and_may_ask_again(firm, people):
    request = asked(firm, people)
    for stranger in ("hongda", "dengli"):
        with pytest.raises(NotFound):
            profile.withdraw(request.id, actor=people[stranger])
    profile.withdraw(request.id, actor=people["hengzha"])
    assert request.decision is Decision.WITHDRAWN and not profile.waiting(people["dengli"])[0]
    for act in (lambda: profile.withdraw(request.id, actor=people["hengzha"]),
                lambda: profile.confirm(request.id, actor=people["dengli"])):
        with pytest.raises(Refused):
            act()
    assert asked(firm, people, staff_count="99").after == "99"
