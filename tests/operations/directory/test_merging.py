"""合并: everything follows to the one that goes on, and exactly that goes back."""

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import Contact, Enterprise, MergedRow, Project, Stewardship, Tag
from models.engagement import Interaction, InteractionKind
from models.tickets import Ticket
from operations.directory import merging
from operations.directory.merging import FOLLOWERS, STAYING, merge_enterprises, unmerge_enterprises
from operations.engagement.interactions import Talk, log_interaction
from operations.errors import DomainError, NotAllowed, Refused
from operations.tickets import receipts
from tests.lives import START, Life


@pytest.fixture(autouse=True)
def now():
    with clock.standing_at(START):
        yield START


@pytest.fixture
def pair(city, people):
    """The duplicate 恒轧机械 without a code, and 鑫源包装 into which it goes; both have a steward, a tag and a project."""
    duplicate, main = city.enterprises["恒轧机械"], city.enterprises["鑫源包装"]
    duplicate.credit_code, duplicate.owner_unit_id = None, main.owner_unit_id
    for firm in (duplicate, main):
        db.session.add_all([
            Tag(enterprise_id=firm.id, label="两家都有", tagged_by_id=people["hejun"].user_id),
            Project(enterprise_id=firm.id, name="二期"), Contact(enterprise_id=firm.id, name="赵工"),
        ])
    db.session.add(Project(enterprise_id=duplicate.id, name="三期"))
    db.session.commit()
    Life(city).submit()
    log_interaction(duplicate, actor=people["liumin"], talk=Talk(InteractionKind.PHONE, "谈了送电的事"))
    return duplicate, main


def held(firm):
    """What belongs to an enterprise, row by row."""
    return {
        (one.table.name, row.id, getattr(row, "ended_at", None))
        for one in FOLLOWERS
        for row in db.session.execute(select(one.table).where(one.table.c.enterprise_id == firm.id))
    }


def test_everything_follows_and_exactly_that_goes_back(pair, people):
    duplicate, main = pair
    before = held(duplicate), held(main), duplicate.quiet_since, main.quiet_since
    foretold = dict(merging.forecast(duplicate))

    merge_enterprises(duplicate, actor=people["hejun"], into=main, reason="同一执照")

    assert duplicate.merged_into_id == main.id and not duplicate.is_live
    assert db.session.scalar(select(Ticket.enterprise_id)) == main.id
    assert db.session.scalar(select(Interaction.enterprise_id)) == main.id and main.quiet_since == before[2]
    left = {name for name, _, _ in held(duplicate)}
    assert left == {"projects", "tags"} and foretold["诉求"] == 1
    unmerge_enterprises(duplicate, actor=people["hejun"], reason="原来是两家")
    assert (held(duplicate), held(main), duplicate.quiet_since, main.quiet_since) == before
    assert duplicate.merged_into_id is None and db.session.scalars(select(MergedRow)).all()


def test_of_two_stewards_the_main_ones_goes_on_and_the_other_is_ended_until_it_is_undone(pair, people):
    duplicate, main = pair
    merge_enterprises(duplicate, actor=people["hejun"], into=main, reason="同一执照")
    ends = db.session.scalars(select(Stewardship.ended_at).where(Stewardship.enterprise_id == main.id)).all()
    assert sorted(end is None for end in ends) == [False, True]


def test_the_member_comes_along_and_the_receipt_stays_genuine(pair, city, people):
    duplicate, main = pair
    ticket = db.session.scalars(select(Ticket)).one()
    receipt = receipts.receipt_of(ticket)
    merge_enterprises(duplicate, actor=people["hejun"], into=main, reason="同一执照")

    assert people["hengzha"].enterprise_id == main.id
    assert receipts.verify(ticket.number, receipt.code).is_intact


def test_what_came_after_the_merge_stays_when_it_is_undone(pair, people):
    duplicate, main = pair
    merge_enterprises(duplicate, actor=people["hejun"], into=main, reason="同一执照")
    later = log_interaction(main, actor=people["liumin"], talk=Talk(InteractionKind.VISIT, "合并之后的走访"))
    unmerge_enterprises(duplicate, actor=people["hejun"], reason="原来是两家")
    db.session.refresh(later)
    assert later.enterprise_id == main.id


def test_who_may_merge(pair, city, people):
    duplicate, main = pair
    for stranger in ("dengli", "liumin", "luoshizhang", "hengzha", "admin"):
        with pytest.raises(NotAllowed):
            merge_enterprises(duplicate, actor=people[stranger], into=main, reason="同一执照")
    merge_enterprises(duplicate, actor=people["wujie"], into=main, reason="同一执照")
    with pytest.raises(NotAllowed):
        unmerge_enterprises(duplicate, actor=people["dengli"], reason="不是")
    unmerge_enterprises(duplicate, actor=people["tangyi"], reason="不是")


def test_what_cannot_be_merged(pair, city, people):
    duplicate, main = pair
    other = city.enterprises["福兴热电"]
    clerk = people["wujie"]

    def refused(one, into, reason="同一执照"):
        with pytest.raises(DomainError) as error:
            merge_enterprises(one, actor=clerk, into=into, reason=reason)
        return str(error.value)

    assert "自己" in refused(main, main) and "代码不同" in refused(other, main) and "依据" in refused(duplicate, main, " ")
    merge_enterprises(duplicate, actor=clerk, into=main, reason="同一执照")
    assert "已经合并" in refused(duplicate, main) and "合并后" in refused(other, duplicate)
    with pytest.raises(Refused, match="没有被合并"):
        unmerge_enterprises(main, actor=clerk, reason="不是")


def test_every_table_that_belongs_to_an_enterprise_follows_or_is_known_to_stay():
    """A new table has to be in FOLLOWERS, or in STAYING with its reason."""
    follows = {one.table.name for one in FOLLOWERS}
    belongs = {name for name, table in Enterprise.metadata.tables.items() if "enterprise_id" in table.c}

    assert belongs == follows | STAYING and not follows & STAYING
