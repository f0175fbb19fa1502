"""Who looks after which enterprise: given by hand, covered for a time, never overwritten."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.directory import Enterprise, EnterpriseStatus, Stewardship, StewardshipKind
from models.log import Event
from models.notices import Notice
from operations.access.people import actor_named
from operations.access.scope import visible_enterprises
from operations.directory import stewardship
from operations.errors import BadInput, NotAllowed, Refused, Stale
from tests.lives import START
from tests.together import at_once


@pytest.fixture
def now():
    with clock.standing_at(START):
        yield START


def rows_of(enterprise):
    db.session.expire_all()
    rows = select(Stewardship).where(Stewardship.enterprise_id == enterprise.id).order_by(Stewardship.id)
    return list(db.session.scalars(rows))


def assigns(city, firm="恒轧机械", *, to="wangqiang", by="dengli", reason="按行业改派", **rest):
    enterprise, steward = city.enterprises[firm], city.users[to]
    return stewardship.assign(enterprise, actor=actor_named(by), steward=steward, reason=reason, **rest)


def names_of(username):
    return {row.short_name for row in db.session.scalars(visible_enterprises(actor_named(username)))}


def told(username):
    rows = select(Notice.subject).join(User, User.id == Notice.user_id).where(User.username == username)
    return list(db.session.scalars(rows.order_by(Notice.id)))


def test_another_steward_takes_over_and_the_former_one_stays_in_the_history(city, now):
    made = assigns(city)
    before, after = rows_of(city.enterprises["恒轧机械"])
    assert (before.steward.username, before.ended_at, before.reason) == ("liumin", START, "属地分配")
    assert (after.id, after.steward.username, after.ended_at, after.reason) == (made.id, "wangqiang", None, "按行业改派")
    assert "恒轧机械" not in names_of("liumin") and "恒轧机械" in names_of("wangqiang")
    event = db.session.scalars(select(Event).where(Event.action == "assign_steward")).one()
    assert (event.object_type, event.object_id) == ("stewardship", made.id)


def test_the_enterprise_and_both_stewards_are_told(city, now):
    assigns(city)
    assert told("hengzha") == ["您的企业管家是王强，电话见首页"]
    assert told("wangqiang") == ["云州恒轧机械有限公司由你担任企业管家"]
    assert told("liumin") == ["云州恒轧机械有限公司已转由他人担任企业管家"]


@pytest.mark.parametrize(("by", "firm", "may"), [
    ("dengli", "恒轧机械", True), ("hejun", "恒轧机械", False), ("wujie", "宏达电商产业园", True),
    ("tangyi", "宏达电商产业园", False), ("tangyi", "恒轧机械", True), ("fangming", "好邻居便利店", True),
    ("liumin", "恒轧机械", False), ("hening", "恒轧机械", False), ("hengzha", "恒轧机械", False),
])
def test_the_owning_unit_and_the_centre_of_the_region_give_enterprises_away(city, now, by, firm, may):
    to = "liumin" if firm == "宏达电商产业园" else "wangqiang"
    if may:
        assert assigns(city, firm, by=by, to=to).steward.username == to
    else:
        with pytest.raises(NotAllowed):
            assigns(city, firm, by=by, to=to)


def test_only_a_steward_on_duty_receives(city, now):
    with pytest.raises(Refused, match="没有企业管家的岗位"):
        assigns(city, to="chenjing")
    db.session.scalars(select(Post).where(Post.user_id == city.users["wangqiang"].id)).one().ended_at = START
    db.session.commit()
    with pytest.raises(Refused, match="没有企业管家的岗位"):
        assigns(city)


def test_what_makes_no_sense_is_refused(city, now):
    with pytest.raises(Refused, match="已经是"):
        assigns(city, to="liumin")
    with pytest.raises(BadInput, match="理由"):
        assigns(city, reason="  ")
    with pytest.raises(BadInput, match="最多 200 字"):
        assigns(city, reason="长" * 201)
    close(city, "福兴热电")
    with pytest.raises(Refused, match="注销"):
        assigns(city, "福兴热电", by="hejun")


def close(city, firm):
    db.session.execute(
        Enterprise.__table__.update().where(Enterprise.id == city.enterprises[firm].id)
        .values(status=EnterpriseStatus.DEREGISTERED)
    )
    db.session.commit()
    db.session.expire_all()


def test_what_somebody_else_changed_since_the_page_was_shown_is_not_changed_again(city, now):
    seen = rows_of(city.enterprises["恒轧机械"])[0].id
    assigns(city, seen_id=seen)
    with pytest.raises(Stale):
        assigns(city, to="liumin", seen_id=seen)
    assert len(rows_of(city.enterprises["恒轧机械"])) == 2


def test_of_two_who_give_it_away_at_once_one_is_told(app, city):
    firm_id, seen = city.enterprises["恒轧机械"].id, rows_of(city.enterprises["恒轧机械"])[0].id
    city.users["third"] = third_steward(city)
    people = {name: city.users[name].id for name in ("wangqiang", "third")}
    db.session.remove()

    def gives(by, to):
        enterprise, steward = db.session.get_one(Enterprise, firm_id), db.session.get_one(User, people[to])
        return stewardship.assign(enterprise, actor=actor_named(by), steward=steward, reason="同时改派", seen_id=seen)

    outcomes = at_once(app, [lambda: gives("dengli", "wangqiang"), lambda: gives("wujie", "third")], moment=START)
    assert [type(one) for one in sorted(outcomes, key=lambda one: type(one).__name__)] == [Stale, Stewardship]
    rows = list(db.session.scalars(select(Stewardship).where(Stewardship.enterprise_id == firm_id)))
    assert len(rows) == 2 and [row.ended_at is None for row in rows].count(True) == 1


def third_steward(city):
    user = User(username="third", name="丁一", phone="13900019999")
    db.session.add(user)
    db.session.flush()
    town = city.organisations["城东街道办事处"]
    db.session.add(Post(user_id=user.id, role=Role.STEWARD, organisation_id=town.id, region_id=town.region_id,
                        started_at=START))
    db.session.commit()
    return user


def test_many_at_once_and_one_refusal_stops_no_other(city, now):
    firms = [city.enterprises[name] for name in ("恒轧机械", "鑫源包装", "天工数控", "老边家饺子馆")]
    outcomes = stewardship.assign_many(
        firms, actor=actor_named("tangyi"), steward=city.users["wangqiang"], reason="片区调整"
    )
    assert [one.is_done for one in outcomes] == [True, True, False, False]
    assert "不在你的区域" in outcomes[2].words
    assert told("wangqiang") == ["云州恒轧机械有限公司等 2 家企业由你担任企业管家"]


def covers(city, firm="恒轧机械", *, by="dengli", to="wangqiang", first=19, last=21):
    return stewardship.cover(
        [city.enterprises[firm]], actor=actor_named(by), substitute=city.users[to],
        starts_on=date(2026, 8, first), ends_on=date(2026, 8, last), reason="刘敏休假",
    )


def test_a_substitute_sees_the_enterprise_from_the_first_day_to_the_last(city, now):
    [outcome] = covers(city, first=20, last=21)
    assert outcome.is_done and told("hengzha") == [
        "8月20日至8月21日由王强代为担任您的企业管家，电话见首页"]
    seen = {}
    for day in range(4):
        with clock.standing_at(START + timedelta(days=day)):
            seen[19 + day] = "恒轧机械" in names_of("wangqiang")
            assert "恒轧机械" in names_of("liumin")
    assert seen == {19: False, 20: True, 21: True, 22: False}


def test_one_enterprise_has_one_substitute_at_a_time(city, now):
    city.users["third"] = third_steward(city)
    covers(city, first=20, last=22)
    assert "已由王强备岗" in covers(city, to="third", first=22, last=25)[0].words
    assert covers(city, to="third", first=23, last=25)[0].is_done
    assert "就是主管家" in covers(city, to="liumin", first=27, last=28)[0].words


@pytest.mark.parametrize(("first", "last", "why"), [(18, 20, "过去"), (21, 20, "不能早于")])
def test_days_that_cannot_be_are_refused(city, now, first, last, why):
    with pytest.raises(BadInput, match=why):
        covers(city, first=first, last=last)


def test_a_cover_ends_early_and_is_still_told_of(city, now):
    covers(city, first=19, last=21)
    [main, covering] = rows_of(city.enterprises["恒轧机械"])
    with clock.standing_at(START + timedelta(hours=3)):
        with pytest.raises(NotAllowed):
            stewardship.end_cover(covering, actor=actor_named("hejun"))
        stewardship.end_cover(covering, actor=actor_named("tangyi"))
        assert "恒轧机械" not in names_of("wangqiang")
        assert covering.kind is StewardshipKind.SUBSTITUTE and main.ended_at is None
        with pytest.raises(Refused, match="已经结束"):
            stewardship.end_cover(covering, actor=actor_named("tangyi"))
