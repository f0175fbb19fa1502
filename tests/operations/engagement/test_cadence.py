"""走访频次: what is opened, counted, warned of and lapsed, exactly once and by the working calendar."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from models import clock
from models.access import Post, Role
from models.base import db
from models.directory import Enterprise, EnterpriseKind, EnterpriseStatus, Stewardship, Tag
from models.engagement import DutyAct, DutyHolder, DutyPeriod, InteractionKind, Obligation
from models.log import Event
from models.notices import Notice
from operations.clocks import rulebook
from operations.engagement import visits
from operations.engagement.cadence import periods, rules, sweeping
from operations.engagement.cadence.periods import Period
from operations.engagement.cadence.rules import Terms
from operations.engagement.interactions import Talk, log_interaction
from operations.errors import BadInput, NotAllowed, NotFound
from tests.lives import START, shanghai
from tests.together import at_once

YEARLY, MONTHLY = "every-enterprise", "key-projects"
SAID = "看了二期厂房，问了外线送电和用工的情况。"


@pytest.fixture
def visit(city, people):
    """``visit("恒轧机械", at=…)``: its steward was there."""

    def visited(firm="恒轧机械", *, by="liumin", at=START, recorded=None, **rest):
        talk = Talk(InteractionKind.VISIT, SAID, occurred_at=at, **rest)
        with clock.standing_at(recorded or at):
            return log_interaction(city.enterprises[firm], actor=people[by], talk=talk)

    return visited


def sweep(at=START):
    with clock.standing_at(at):
        return sweeping.sweep()


def owed(code=YEARLY, **where):
    db.session.expire_all()
    rows = select(Obligation).filter_by(code=code, **where).order_by(Obligation.id)
    return list(db.session.scalars(rows))


def of(city, firm, code=YEARLY, **where):
    return owed(code, enterprise_id=city.enterprises[firm].id, **where)


def test_each_live_enterprise_owes_once_a_year_and_key_projects_each_month(city):
    city.enterprises["好邻居便利店"].status = EnterpriseStatus.DEREGISTERED
    db.session.commit()
    assert sweep().opened == 7 + 1 + 1 + 7
    assert {row.enterprise_id for row in owed()} == {
        firm.id for name, firm in city.enterprises.items() if name != "好邻居便利店"
    }
    (month,) = owed(MONTHLY)
    assert (month.starts_on, month.ends_on) == (date(2026, 8, 1), date(2026, 8, 31))
    assert sweep(START + timedelta(hours=1)).opened == 0
    assert sweep(shanghai("2026-09-01 07:10")).opened == 1


def test_leaders_owe_for_themselves_at_their_own_unit(city):
    sweep()
    (deputy,) = owed("deputies")
    assert (deputy.user_id, deputy.unit_id) == (city.users["luoshizhang"].id, city.organisations["云州市人民政府"].id)
    assert owed("heads") == []
    assert city.users["zhoujian"].id in {row.user_id for row in owed("cadres")}


def test_who_comes_when_the_warning_is_due_owes_from_the_next_period_on(city):
    with clock.standing_at(shanghai("2026-12-28 09:00")):
        db.session.add(Enterprise(name="云州新来有限公司", kind=EnterpriseKind.COMPANY, short_name="新来",
                                  region_id=city.regions["990102001"].id))
        db.session.commit()
    sweep(shanghai("2026-12-29 07:10"))
    assert len(owed()) == 8
    sweep(shanghai("2027-01-04 07:10"))
    assert len(owed(starts_on=date(2027, 1, 1))) == 9


def test_a_tier_is_a_class_a_tag_or_a_green_card(city, people):
    firm = city.enterprises["鑫源包装"]
    db.session.add(Tag(enterprise_id=firm.id, label="专精特新", tagged_by_id=people["hejun"].user_id))
    db.session.commit()
    with clock.standing_at(START):
        tagged = rules.add(terms(title="专精特新季访", tag="专精特新"), reason="市里要求", actor=people["security"])
        card = rules.add(terms(title="绿卡季访", green_card_only=True), reason="市里要求", actor=people["security"])
    codes = tagged.code, card.code
    sweep()
    assert [[row.enterprise_id for row in owed(code)] for code in codes] == [
        [firm.id], [city.enterprises["恒轧机械"].id]
    ]


def test_many_workers_open_each_obligation_once(app, city):
    db.session.remove()
    at_once(app, [sweeping.sweep] * 4, moment=START)
    count, distinct = db.session.execute(
        select(func.count(), func.count(func.distinct(Obligation.enterprise_id))).where(Obligation.code == YEARLY)
    ).one()
    assert count == distinct == 8


def test_a_visit_fulfils_at_once_and_a_call_does_not(city, people, visit):
    sweep()
    with clock.standing_at(START):
        log_interaction(city.enterprises["恒轧机械"], actor=people["liumin"], talk=Talk(InteractionKind.PHONE, SAID))
    assert of(city, "恒轧机械")[0].fulfilled_at is None
    visit()
    for code in (YEARLY, MONTHLY):
        (row,) = of(city, "恒轧机械", code)
        assert (row.done_count, row.fulfilled_at) == (1, START)


def test_what_was_noted_before_the_rule_opened_is_found_by_the_job(city, visit):
    visit()
    assert sweep(START + timedelta(hours=1)).fulfilled == 2
    assert of(city, "恒轧机械")[0].fulfilled_at == START + timedelta(hours=1)


def test_two_notes_of_one_day_are_one_visit(city, people, visit):
    with clock.standing_at(START):
        made = rules.add(terms(title="两次", needed=2), reason="市里要求", actor=people["security"])
    code = made.code
    sweep()
    visit(at=START)
    visit(at=START + timedelta(hours=2))
    assert of(city, "恒轧机械", code)[0].done_count == 1
    visit(at=START + timedelta(days=1))
    assert of(city, "恒轧机械", code)[0].fulfilled_at is not None


def test_a_cadres_own_visit_counts_for_them_and_for_the_enterprise(city, people):
    sweep()
    with clock.standing_at(START):
        talk = Talk(InteractionKind.VISIT, SAID)
        visits.log_cadre_visit(city.enterprises["宏达电商产业园"], actor=people["luoshizhang"], talk=talk)
    (own,) = owed("cadres", user_id=city.users["luoshizhang"].id)
    assert (own.done_count, own.needed, own.fulfilled_at) == (1, 2, None)
    assert of(city, "宏达电商产业园")[0].fulfilled_at == START
    with pytest.raises(NotAllowed), clock.standing_at(START):
        visits.log_cadre_visit(city.enterprises["宏达电商产业园"], actor=people["liumin"], talk=talk)


def test_the_warning_comes_working_days_before_the_end_and_once_a_person(city, people):
    sweep(shanghai("2026-08-24 07:10"))
    assert owed(MONTHLY)[0].warned_at is None
    # The last five working days of August are 25, 26, 27, 28 and 31.
    assert sweep(shanghai("2026-08-25 07:10")).warned == 1
    assert sweep(shanghai("2026-08-26 07:10")).warned == 0
    notice = db.session.scalars(select(Notice)).one()
    assert notice.user_id == people["liumin"].user_id and "8月31日 到期，还有 1 项没有完成" in notice.subject
    assert notice.not_before == shanghai("2026-08-25 08:00"), "seven in the morning is too early for a message"


def test_who_owes_is_the_present_steward(city, people):
    sweep(shanghai("2026-08-24 07:10"))
    held = db.session.scalars(select(Stewardship).filter_by(enterprise_id=city.enterprises["恒轧机械"].id)).one()
    held.ended_at = shanghai("2026-08-24 12:00")
    db.session.flush()
    db.session.add(Stewardship(enterprise_id=held.enterprise_id, steward_id=people["wangqiang"].user_id,
                               started_at=shanghai("2026-08-24 12:00")))
    db.session.commit()
    sweep(shanghai("2026-08-25 07:10"))
    assert db.session.scalars(select(Notice.user_id)).all() == [people["wangqiang"].user_id]


def test_what_was_not_done_lapses_after_the_next_working_day_and_the_unit_is_told(city, people):
    sweep()
    assert sweep(shanghai("2026-09-01 17:00")).lapsed == 0
    assert sweep(shanghai("2026-09-02 07:10")).lapsed == 1
    assert owed(MONTHLY)[0].lapsed_at == shanghai("2026-09-02 07:10")
    told = db.session.scalars(select(Notice).where(Notice.subject.contains("期满"))).one()
    assert told.user_id == people["dengli"].user_id
    assert sweep(shanghai("2026-09-02 07:20")).lapsed == 0


def test_a_visit_written_down_late_is_still_found(city, visit):
    sweep()
    sweep(shanghai("2026-09-02 07:10"))
    visit(at=shanghai("2026-08-30 10:00"), recorded=shanghai("2026-09-03 09:00"))
    late = owed(MONTHLY, starts_on=date(2026, 8, 1))[0]
    assert late.lapsed_at and late.fulfilled_at == shanghai("2026-09-03 09:00")


def test_everything_the_job_does_is_in_the_log_as_the_systems(city):
    sweep()
    events = db.session.scalars(select(Event).where(Event.action == "open_obligations")).all()
    assert len(events) == 4 and all(event.actor_id is None for event in events)


def terms(**changes):
    asked = {"title": "每季度走访", "act": DutyAct.VISIT, "holder": DutyHolder.STEWARD, "needed": 1,
             "period": DutyPeriod.QUARTER, "warn_days": 10}
    return Terms(**(asked | changes))


def test_a_changed_rule_is_another_row_and_the_period_goes_on_as_it_was(city, people):
    sweep()
    with clock.standing_at(START + timedelta(days=1)):
        changed = rules.change(rules.get(MONTHLY), terms(title="重点项目每月两次", needed=2, period=DutyPeriod.MONTH),
                               reason="加密", actor=people["security"])
        assert [rule.needed for rule in rules.in_force() if rule.code == MONTHLY] == [2]
    assert (changed.code, len([rule for rule in rules.ever() if rule.code == MONTHLY])) == (MONTHLY, 2)
    sweep(START + timedelta(days=1))
    assert [row.needed for row in of(city, "恒轧机械", MONTHLY)] == [1]
    sweep(shanghai("2026-09-01 07:10"))
    assert [row.needed for row in of(city, "恒轧机械", MONTHLY)] == [1, 2]


def test_an_ended_rule_opens_nothing_more(city, people):
    with clock.standing_at(START):
        rules.end(rules.get(MONTHLY), reason="并入年度走访", actor=people["security"])
        with pytest.raises(NotFound):
            rules.get(MONTHLY)
    sweep()
    assert owed(MONTHLY) == []


@pytest.mark.parametrize("username", ["hening", "admin", "liumin"])
def test_only_the_security_administrator_sets_rules(city, people, username):
    with pytest.raises(NotAllowed):
        rules.add(terms(), reason="想加就加", actor=people[username])


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"holder": DutyHolder.HEAD}, "不承担"),
        ({"holder": DutyHolder.HEAD, "act": DutyAct.FORUM, "tag": "专精特新"}, "企业范围"),
        ({"needed": 0}, "次数应为"),
        ({"warn_days": 90}, "提前提醒"),
        ({"title": " "}, "请写明"),
    ],
)
def test_a_rule_that_nobody_can_keep_is_refused(city, people, wrong, sentence):
    with pytest.raises(BadInput, match=sentence):
        rules.add(terms(**wrong), reason="市里要求", actor=people["security"])


def test_periods_are_those_of_the_calendar():
    day = date(2026, 11, 5)
    found = [periods.period_of(kind, day) for kind in DutyPeriod]
    assert [period.label for period in found] == ["2026年11月", "2026年第四季度", "2026年"]
    assert found[1] == Period(date(2026, 10, 1), date(2026, 12, 31))
    assert periods.before(DutyPeriod.QUARTER, periods.period_of(DutyPeriod.QUARTER, date(2026, 1, 9))) == Period(
        date(2025, 10, 1), date(2025, 12, 31))


def test_the_days_of_warning_skip_the_holidays(city):
    september = Period(date(2026, 9, 1), date(2026, 9, 30))
    assert periods.warn_on(rulebook.current().calendar, september, 3) == date(2026, 9, 28)
    assert periods.warn_on(rulebook.current().calendar, september, 0) == date(2026, 10, 1)


def test_special_observers_owe_a_finding(city):
    db.session.add(Post(user_id=city.users["qianwei"].id, role=Role.SPECIAL_OBSERVER, started_at=START,
                        organisation_id=city.organisations["云州市纪委监委"].id))
    db.session.commit()
    sweep(START + timedelta(hours=1))
    assert [row.user_id for row in owed("observers")] == [city.users["qianwei"].id]
