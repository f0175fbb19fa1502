"""A plan for enterprises nobody looks after: proposed, corrected, carried out; what changed meanwhile is left alone."""


import pytest
from sqlalchemy import func, select

from models import clock
from models.base import db
from models.bulk import insert_rows
from models.directory import Enterprise, PlanOutcome, PlanRow, Region, RegionLevel, Steward, Stewardship
from models.log import Event
from operations.access.people import actor_named
from operations.directory import departures, steward_plans, stewardship
from operations.errors import NotAllowed, NotFound, Refused
from tests.lives import START
from tests.together import at_once
from tests.views.counting import statements

O = PlanOutcome  # noqa: E741 – read as in a table


@pytest.fixture
def grid(city):
    """A grid of 城东街道 with three enterprises that nobody looks after; 刘敏 knows it."""
    town = city.regions["990102001"]
    grid = Region(code="990102001001", name="青石网格", level=RegionLevel.GRID, parent_id=town.id, path="")
    db.session.add(grid)
    db.session.flush()
    grid.path = f"{town.path}{grid.id}/"
    db.session.add(Steward(user_id=city.users["liumin"].id, grid_id=grid.id, capacity=8, registered_at=START))
    for n in range(3):
        db.session.add(Enterprise(name=f"青石小店{n}", region_id=grid.id, quiet_since=START,
                                  owner_unit_id=city.organisations["城东区人民政府"].id))
    db.session.commit()
    with clock.standing_at(START):
        yield grid


def rows_of(plan):
    db.session.expire_all()
    rows = select(PlanRow).where(PlanRow.plan_id == plan.id).order_by(PlanRow.id)
    return {row.enterprise.name: row for row in db.session.scalars(rows)}


def main_of(name):
    rows = select(Stewardship).join(Enterprise, Enterprise.id == Stewardship.enterprise_id)
    return db.session.scalar(rows.where(Enterprise.name == name, Stewardship.ended_at.is_(None)))


def test_a_plan_proposes_by_ground_and_load_up_to_the_cap_and_changes_nothing_yet(city, grid):
    plan = steward_plans.make_plan(actor_named("fangming"))
    rows = rows_of(plan)
    told = {name: (row.steward.name if row.steward else None, row.reason) for name, row in rows.items()}
    assert told["青石小店0"] == ("刘敏", "网格相同：青石网格；在管 6/8 户")
    assert told["青石小店1"] == ("刘敏", "网格相同：青石网格；在管 7/8 户")
    assert told["青石小店2"][0] is None and "没有还有余量" in told["青石小店2"][1]
    assert main_of("青石小店0") is None


def test_a_corrected_row_is_carried_out_with_the_others_and_the_reason_is_kept(city, grid):
    plan = steward_plans.make_plan(actor_named("tangyi"))
    steward_plans.correct(rows_of(plan)["青石小店2"], actor=actor_named("tangyi"), steward=city.users["wangqiang"])
    assert steward_plans.carry_out(plan, actor=actor_named("tangyi")) == {O.DONE: 3}
    assert main_of("青石小店0").reason == "网格相同：青石网格；在管 6/8 户"
    assert (main_of("青石小店2").steward.name, main_of("青石小店2").reason) == ("王强", "人工指定：王强")
    with pytest.raises(Refused, match="已执行"):
        steward_plans.carry_out(plan, actor=actor_named("tangyi"))
    with pytest.raises(Refused, match="不能再改"):
        steward_plans.correct(rows_of(plan)["青石小店2"], actor=actor_named("tangyi"), steward=city.users["liumin"])


def test_what_changed_in_between_is_reported_and_not_overwritten(city, grid):
    plan = steward_plans.make_plan(actor_named("tangyi"))
    rows = rows_of(plan)
    steward_plans.correct(rows["青石小店2"], actor=actor_named("tangyi"), steward=city.users["wangqiang"])
    first = db.session.scalars(select(Enterprise).where(Enterprise.name == "青石小店0")).one()
    stewardship.assign(first, actor=actor_named("fangming"), steward=city.users["wangqiang"], reason="先给王强")
    db.session.execute(Enterprise.__table__.update().where(Enterprise.name == "青石小店1").values(status="deregistered"))
    db.session.commit()
    departures.leave(city.users["wangqiang"], actor=actor_named("wujie"), reason="退休")
    departures_left = main_of("青石小店0")
    assert departures_left is None
    stewardship.assign(first, actor=actor_named("fangming"), steward=city.users["liumin"], reason="再给刘敏")
    counts = steward_plans.carry_out(plan, actor=actor_named("tangyi"))
    assert counts == {O.CHANGED: 1, O.CLOSED: 1, O.LEFT: 1}
    assert main_of("青石小店0").reason == "再给刘敏" and main_of("青石小店2") is None


def test_a_plan_belongs_to_its_unit(city, grid):
    plan = steward_plans.make_plan(actor_named("fangming"))
    with pytest.raises(NotFound):
        steward_plans.get_plan(actor_named("tangyi"), plan.id)
    with pytest.raises(NotFound):
        steward_plans.carry_out(plan, actor=actor_named("dengli"))
    for username in ("liumin", "hening", "hengzha"):
        with pytest.raises(NotAllowed):
            steward_plans.make_plan(actor_named(username))
    with pytest.raises(Refused, match="没有需要分配"):
        steward_plans.make_plan(actor_named("dengli"))
    steward_plans.give_up(plan, actor=actor_named("fangming"))
    assert main_of("青石小店0") is None


def test_two_who_carry_out_at_once_give_each_enterprise_once(app, city, grid):
    plan_id = steward_plans.make_plan(actor_named("fangming")).id
    other_id = steward_plans.make_plan(actor_named("tangyi")).id
    db.session.remove()

    def carries(username, one):
        actor = actor_named(username)
        return steward_plans.carry_out(steward_plans.get_plan(actor, one), actor=actor)

    outcomes = at_once(app, [lambda: carries("fangming", plan_id), lambda: carries("tangyi", other_id)], moment=START)
    assert sum(one.get(O.DONE, 0) for one in outcomes) == 2
    assert sum(one.get(O.CHANGED, 0) for one in outcomes) == 2
    opened = select(func.count()).select_from(Event).where(Event.action == "assign_steward")
    assert db.session.scalar(opened) == 2


def test_many_enterprises_go_in_the_same_few_statements(city, grid):
    owner = city.organisations["城东区人民政府"]

    def carried(count):
        rows = [{"name": f"新店{count}-{n}", "short_name": "", "region_id": grid.id, "quiet_since": START,
                 "created_at": START, "owner_unit_id": owner.id, "kind": "sole_trader", "category": "general",
                 "status": "operating",
                 "address": "", "industry": "", "legal_representative": "", "contact_name": "", "contact_phone": "",
                 "has_green_card": False} for n in range(count)]
        insert_rows(db.session.connection(), Enterprise.__table__, rows)
        db.session.execute(Steward.__table__.update().values(capacity=5_000))
        db.session.commit()
        plan = steward_plans.make_plan(actor_named("fangming"))
        actor = actor_named("fangming")
        with statements() as seen:
            done = steward_plans.carry_out(plan, actor=actor)[O.DONE]
        return done, len(seen)

    few, many = carried(5), carried(1_000)
    assert (few[0], many[0]) == (8, 1_000) and many[1] <= few[1] + 2
