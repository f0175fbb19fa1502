"""代理: while it lasts the substitute holds the post beside its holder, by their own name; afterwards it is over."""

import pytest
from sqlalchemy import select

from models import clock
from models.access import Post, PostCover, Role
from models.base import db
from operations.access import appointments, cover_scope, covers
from operations.access.covers import Span
from operations.access.people import actor_named
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.supervision import chain
from tests.lives import POWER, shanghai

DAY = "2026-08-19 09:00"


def on(moment, act, *args, **rest):
    with clock.standing_at(shanghai(moment)):
        made = act(*args, **rest)
    db.session.expire_all()
    return made


def post_of(username):
    rows = select(Post).where(Post.user_id == actor_named(username).user_id, Post.ended_at.is_(None))
    return db.session.scalars(rows.order_by(Post.id)).first()


def span(first, last):
    return Span(shanghai(f"{first} 00:00").date(), shanghai(f"{last} 00:00").date())


def name(by="security", holder="zhoujian", substitute="chenjing", days=("2026-08-24", "2026-08-25")):
    return on(DAY, covers.name_substitute, post_of(holder).id, actor=actor_named(by), reason="出差",
              substitute_id=actor_named(substitute).user_id, span=span(*days))


def leads(username):
    return actor_named(username).holds(Role.UNIT_LEADER)


@pytest.mark.usefixtures("city")
def test_a_substitute_holds_the_post_from_the_first_day_to_the_last(city):
    name()
    power = city.organisations[POWER].id
    assert on("2026-08-23 23:59", covers.keep_posts) == 0 and not leads("chenjing")
    assert on("2026-08-24 00:10", covers.keep_posts) == 1 and leads("chenjing")
    assert chain.heads([power])[power] == [actor_named("zhoujian").user_id, actor_named("chenjing").user_id]
    lent = db.session.scalars(select(Post).join(PostCover, PostCover.opened_post_id == Post.id)).one()
    assert (lent.title, lent.rank) == ("负责人（代）", 1)
    assert on("2026-08-25 18:00", covers.keep_posts) == 0 and leads("chenjing")
    assert on("2026-08-26 00:10", covers.keep_posts) == 1 and not leads("chenjing")
    assert on("2026-08-26 00:20", covers.keep_posts) == 0


@pytest.mark.usefixtures("city")
def test_one_that_begins_today_begins_at_once_and_ends_by_hand(city):
    cover = name(by="zhoujian", days=("2026-08-19", "2026-08-31"))
    assert leads("chenjing")
    on("2026-08-20 09:00", covers.end_cover, cover, actor=actor_named("zhoujian"))
    assert not leads("chenjing")
    with pytest.raises(Refused, match="已经结束"):
        on("2026-08-20 09:00", covers.end_cover, cover, actor=actor_named("zhoujian"))


@pytest.mark.usefixtures("city")
def test_who_may_name_whom_and_when():
    name()
    with pytest.raises(Refused, match="已经安排"):
        name(days=("2026-08-25", "2026-08-27"))
    with pytest.raises(NotAllowed):
        name(by="hening", days=("2026-09-01", "2026-09-02"))
    with pytest.raises(NotFound):  # another unit's
        name(by="gaofeng", days=("2026-09-01", "2026-09-02"))
    for substitute in ("zhoujian", "litao", "security", "liumin"):
        with pytest.raises(BadInput, match="代理人"):
            name(substitute=substitute, days=("2026-09-01", "2026-09-02"))
    for days in (("2026-08-18", "2026-08-20"), ("2026-09-02", "2026-09-01"), ("2026-09-01", "2027-09-09")):
        with pytest.raises(BadInput):
            name(days=days)
    with pytest.raises(NotFound):  # an officer's post is nobody's to lend
        name(holder="litao", days=("2026-09-01", "2026-09-02"))


def test_nobody_names_themselves(city):
    deputy, power = city.users["chenjing"], city.organisations[POWER]
    db.session.add(Post(user_id=deputy.id, role=Role.UNIT_LEADER, organisation_id=power.id, rank=2))
    db.session.commit()
    with pytest.raises(Refused, match="自己代理"):
        name(by="chenjing", substitute="chenjing")
    assert db.session.scalars(select(PostCover)).all() == []


def test_power_that_takes_two_is_lent_to_nobody_who_was_not_given_it(city):
    office = post_of("hening").organisation_id
    db.session.add(Post(user_id=city.users["chenjing"].id, role=Role.CASE_OFFICER, organisation_id=office))
    db.session.commit()
    with pytest.raises(BadInput, match="代理人"):
        name(holder="hening")
    db.session.add(Post(user_id=city.users["litao"].id, role=Role.SUPERVISOR, organisation_id=office))
    db.session.commit()
    name(holder="hening", substitute="litao")


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("dismissed", ["zhoujian", "chenjing"])
def test_a_cover_ends_with_the_post_of_its_holder_and_of_the_substitute(dismissed):
    name(days=("2026-08-19", "2026-08-31"))
    ahead = name(days=("2026-09-07", "2026-09-08"))
    assert leads("chenjing")
    on("2026-08-20 09:00", appointments.dismiss, post_of(dismissed).id, reason="调离", actor=actor_named("security"))
    assert not leads("chenjing") and ahead.ended_at is not None
    assert on("2026-09-07 00:10", covers.keep_posts) == 0


@pytest.mark.usefixtures("city")
def test_names_are_found_as_people_write_them():
    rows = cover_scope.coverable(actor_named("security"))
    for text in ("周建", "zhoujian", "周建（市供电公司）", "周建(市供电公司)"):
        assert cover_scope.meant(rows, text, "岗位").user_id == actor_named("zhoujian").user_id
    for text in ("周建（市财政局）", "没有这个人", ""):
        with pytest.raises(BadInput, match="没有找到"):
            cover_scope.meant(rows, text, "岗位")
    assert cover_scope.offered(actor_named("zhoujian")) == ["周建（市供电公司）"]
