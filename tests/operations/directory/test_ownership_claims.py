"""归属争议: a unit claims what another owns, and an office above both decides."""

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import ClaimOutcome, FactChange, OwnershipClaim
from operations.directory.facts import change_facts
from operations.directory.ownership_claims import claim_ownership, claimable, decide_claim, get_claim, queue
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from tests.lives import START


@pytest.fixture(autouse=True)
def now():
    with clock.standing_at(START):
        yield START


@pytest.fixture
def firm(city):
    """好邻居便利店, which 城东区 owns."""
    return city.enterprises["好邻居便利店"]


def claim(firm, people, by="baixue"):
    return claim_ownership(firm, actor=people[by], reason="已纳入限上商贸统计")


def test_a_claim_is_upheld_and_the_enterprise_changes_hands(city, firm, people):
    made = claim(firm, people)
    assert [one.id for one in queue(people["wujie"])] == [one.id for one in queue(people["fangming"])] == [made.id]

    decide_claim(made, actor=people["wujie"], outcome=ClaimOutcome.UPHELD, reason="统计名录为准")

    assert firm.owner_unit.name == "云州市商务局" and queue(people["wujie"]) == []
    assert db.session.scalars(select(FactChange.source)).all() == ["归属裁定"]
    change_facts(firm, actor=people["baixue"], changes={"address": "东街 1 号"}, source="年报")


def test_a_rejected_claim_leaves_everything_and_may_be_made_again(city, firm, people):
    made = claim(firm, people)
    decide_claim(made, actor=people["hening"], outcome=ClaimOutcome.REJECTED, reason="未达限上标准")
    assert firm.owner_unit.name == "城东区人民政府"
    with pytest.raises(Refused, match="已经裁定"):
        decide_claim(made, actor=people["hening"], outcome=ClaimOutcome.UPHELD, reason="改主意")
    assert claim(firm, people).id != made.id


def test_one_open_claim_per_enterprise_and_claimant_others_may_claim_too(firm, people):
    first = claim(firm, people)
    with pytest.raises(Refused, match="等待裁定"):
        claim(firm, people)
    second = claim(firm, people, "hejun")
    decide_claim(first, actor=people["wujie"], outcome=ClaimOutcome.UPHELD, reason="名录")
    db.session.refresh(second)
    assert second.holder.name == "云州市商务局" and second.decided_at is None


def test_who_claims_and_who_decides(firm, people):
    for stranger in ("liumin", "wujie", "hengzha", "luoshizhang"):
        with pytest.raises(NotAllowed):
            claim(firm, people, stranger)
    with pytest.raises(Refused, match="已经归本单位"):
        claim(firm, people, "fangming")
    made = claim(firm, people)
    # 城东区's own clerk is not above the city's bureau.
    for stranger in ("tangyi", "baixue", "fangming", "luoshizhang", "liumin"):
        with pytest.raises(NotAllowed):
            decide_claim(made, actor=people[stranger], outcome=ClaimOutcome.UPHELD, reason="归我")
    with pytest.raises(BadInput):
        decide_claim(made, actor=people["wujie"], outcome=ClaimOutcome.UPHELD, reason="  ")
    with pytest.raises(NotAllowed):
        decide_claim(made, actor=people["fangming"], outcome=ClaimOutcome.WITHDRAWN, reason="不争")
    decide_claim(made, actor=people["baixue"], outcome=ClaimOutcome.WITHDRAWN, reason="看错了")


def test_a_claim_is_seen_by_both_units_and_the_offices_above_and_by_nobody_else(firm, people):
    made = claim(firm, people)
    for insider in ("baixue", "fangming", "wujie", "hening", "tangyi"):
        assert get_claim(people[insider], made.id).id == made.id
    for stranger in ("dengli", "hejun", "liumin", "hongda", "admin"):
        with pytest.raises(NotFound):
            get_claim(people[stranger], made.id)


def test_what_may_be_claimed_is_found_by_its_whole_code_alone(firm, people):
    assert claimable(people["baixue"], firm.credit_code).id == firm.id
    for who, code in (("baixue", firm.credit_code[:17]), ("baixue", ""), ("liumin", firm.credit_code)):
        with pytest.raises(NotFound):
            claimable(people[who], code)


def test_the_database_keeps_one_open_claim(firm, people):
    made = claim(firm, people)
    twin = {"enterprise_id": made.enterprise_id, "claimant_id": made.claimant_id, "reason": "又一次", "decision": "",
            "claimed_by_id": made.claimed_by_id}
    with pytest.raises(Exception, match="uq_ownership_claims_one_open|UNIQUE"):
        db.session.execute(OwnershipClaim.__table__.insert().values(twin))
    db.session.rollback()
