"""待走访, the coverage tables and the rules, as stewards, offices above and the administrator meet them."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import Enterprise, EnterpriseKind, Stewardship
from models.engagement import CadenceRule, Interaction, InteractionKind, Obligation
from operations.engagement.cadence import sweeping
from operations.engagement.interactions import Talk, log_interaction
from tests.lives import START
from tests.views.counting import statements

SAID = "看了二期厂房，问了外线送电和用工的情况。"


@pytest.fixture
def now(city):
    with clock.standing_at(START):
        yield START


@pytest.fixture
def owed(now):
    """The obligations of the day."""
    sweeping.sweep()


def visited(city, people, firm, by="liumin", **rest):
    talk = Talk(InteractionKind.VISIT, SAID, **rest)
    log_interaction(city.enterprises[firm], actor=people[by], talk=talk)


def rows_of(page):
    return page.html.count("<tr data-row>")


def bare(page):
    return page.words.replace(" ", "")


def form_of(page, ending):
    return next(i for i, form in enumerate(page.forms) if form["action"].startswith(ending))


def many(city, count, steward="liumin"):
    """So many more enterprises of a steward."""
    region = city.regions["990102001"].id
    firms = [Enterprise(name=f"城东第 {n} 小店", kind=EnterpriseKind.SOLE_TRADER, region_id=region, quiet_since=START,
                        created_at=START - timedelta(days=9)) for n in range(count)]
    db.session.add_all(firms)
    db.session.flush()
    db.session.add_all(Stewardship(enterprise_id=firm.id, steward_id=city.users[steward].id,
                                   started_at=START - timedelta(days=9)) for firm in firms)
    db.session.commit()


def test_what_is_due_first_stands_first_on_the_workbench_and_one_tap_leads_to_the_note(guest, owed, city):
    steward, firm = guest("liumin"), city.enterprises["恒轧机械"]
    page = steward.opens("/desk")
    assert "还剩9个工作日8月31日到期云州恒轧机械有限公司" in bare(page)
    note = steward.opens(page.links["记走访：云州恒轧机械有限公司"])
    form = note.form(form_of(note, "/log/new"))
    assert (form["enterprise"], form["kind"]) == (firm.name, "visit")
    steward.sends(note, index=form_of(note, "/log/new"), content=SAID)
    assert "记走访：云州恒轧机械有限公司" not in steward.opens("/desk").links


def test_the_list_is_ones_own_and_narrows_by_rule_and_state(guest, owed, city, people):
    mine, others, all_of_us = (guest(name).opens("/visits") for name in ("liumin", "wangqiang", "wujie"))
    assert "共 7 项" in mine.words and "恒轧机械" in mine.words and "宏达" not in mine.words
    assert "共 1 项" in others.words and "共 17 项" in all_of_us.words
    visited(city, people, "鑫源包装")
    steward = guest("liumin")
    assert "共 6 项" in steward.opens("/visits").words
    done = steward.opens("/visits?state=done")
    assert "鑫源包装" in done.words and "已完成" in done.words
    assert rows_of(steward.opens("/visits?rule=key-projects")) == 1
    assert "没有符合条件的走访任务" in steward.opens("/visits?rule=key-projects&state=lapsed").words


def test_a_county_sees_its_county_a_registrar_what_it_owns_a_unit_its_people(guest, owed):
    county, owner, unit = (guest(name).opens("/visits?all=1") for name in ("tangyi", "hejun", "zhoujian"))
    assert "福兴热电" in county.words and "宏达" not in county.words
    assert "鑫源包装" in owner.words and "恒轧" not in owner.words
    assert "周建" in unit.words and "共 1 项" in unit.words


def test_a_visit_is_planned_and_the_page_tells_the_cap(guest, now, city, people):
    steward, firm = guest("liumin"), city.enterprises["恒轧机械"]
    page = steward.opens(f"/visits/{firm.id}/plan")
    assert "8 月已走访 0 次（无事不扰上限每月 2 次）" in page.words
    sent = steward.sends(page, index=form_of(page, f"/visits/{firm.id}/plan"), day="2026-08-28")
    assert sent.status == 302 and "已安排：8月28日 走访恒轧机械" in steward.follows(sent).words
    for days in (1, 2):
        visited(city, people, "恒轧机械", occurred_at=START - timedelta(days=days))
    sent = steward.sends(page, index=form_of(page, f"/visits/{firm.id}/plan"), day="2026-08-28", form_key="again")
    assert sent.status == 422 and "不能再安排走访" in sent.words
    assert guest("wangqiang").opens(f"/visits/{firm.id}/plan").status == 404


def test_a_visit_above_the_cap_asks_why_and_the_reason_is_shown(guest, now, city, people):
    for days in (1, 2):
        visited(city, people, "恒轧机械", occurred_at=START - timedelta(days=days))
    steward = guest("liumin")
    page = steward.opens("/log/new")
    sent = steward.sends(page, index=form_of(page, "/log/new"), enterprise="恒轧机械", kind="visit", content=SAID)
    assert sent.status == 422 and "已走访 2 次" in sent.words and sent.form(form_of(sent, "/log/new"))["content"] == SAID
    again = steward.sends(sent, index=form_of(sent, "/log/new"), over_cap_reason="消防复查时限到了")
    assert again.status == 302
    firm = city.enterprises["恒轧机械"].id
    assert "超出走访上限：消防复查时限到了" in steward.opens(f"/enterprises/{firm}").words


def test_a_leader_notes_their_own_visit(guest, owed, city):
    leader = guest("luoshizhang")
    page = leader.opens("/visits/new")
    index = form_of(page, "/visits/new")
    assert "有好几家" in leader.sends(page, index=index, enterprise="云州", content=SAID).words
    assert "本区域没有" in leader.sends(page, index=index, enterprise="天上人间", content=SAID).words
    sent = leader.sends(page, index=index, enterprise="宏达电商产业园", content=SAID)
    assert sent.status == 302 and "已记下：走访宏达电商产业园" in leader.follows(sent).words
    noted = db.session.scalars(select(Interaction)).one()
    assert noted.steward_id == city.users["luoshizhang"].id


def test_every_figure_of_the_table_leads_to_a_list_of_that_many(guest, owed, city, people):
    for firm in ("恒轧机械", "鑫源包装"):
        visited(city, people, firm)
    supervisor, seen = guest("hening"), 0
    for path in ("/coverage", "/coverage?by=person", "/coverage?rule=cadres&by=person", "/coverage?rule=key-projects"):
        page = supervisor.opens(path)
        figures = re.findall(r'class="r num"[^>]*><a[^>]*href="([^"]+)">(\d+)<', page.html)
        assert figures
        for url, count in figures:
            listed = supervisor.opens(url.replace("&amp;", "&"))
            assert f"共 {count} 项" in listed.words, (path, url)
            assert rows_of(listed) == int(count)
            seen += 1
    assert seen > 15


def test_states_add_up_and_the_rate_has_its_denominator(guest, owed, city, people):
    visited(city, people, "鑫源包装")
    page = guest("hening").opens("/coverage")
    assert "市工信局3项，市工信局应完成2项，市工信局待完成001项，市工信局已完成33.3%" in bare(page)
    people_page = guest("hening").opens("/coverage?by=person")
    assert people_page.words.index("没有管家") < people_page.words.index("刘敏") < people_page.words.index("王强")


def test_a_unit_unfolds_into_its_people(guest, owed, city):
    page = guest("hening").opens("/coverage")
    inner = guest("hening").opens(page.links["市工信局"])
    assert "刘敏" in inner.words and "王强" not in inner.words


@pytest.mark.parametrize(
    ("username", "path"),
    [("liumin", "/visits"), ("liumin", "/desk"), ("hening", "/coverage"), ("hening", "/coverage?by=person"),
     ("hening", "/visits?rule=every-enterprise&since=2026-01-01")],
)
def test_pages_take_as_many_statements_for_much_as_for_little(guest, owed, city, username, path):
    someone = guest(username)

    def count():
        someone.opens(path)
        with statements() as seen:
            assert someone.opens(path).status == 200
        return len(seen)

    few = count()
    many(city, 40)
    sweeping.sweep()
    assert count() == few <= 9


def test_pages_of_the_list_lead_on_and_back_over_everything(guest, now, city):
    many(city, 40)
    sweeping.sweep()
    steward = guest("liumin")
    first = steward.opens("/visits")
    second = steward.opens(first.links["下一页"])
    assert "共 47 项" in first.words and rows_of(first) + rows_of(second) == 47
    assert rows_of(steward.opens(second.links["上一页"])) == 25


def test_the_administrator_changes_a_rule_and_the_old_one_stays_readable(guest, now):
    admin = guest("security")
    page = admin.opens("/cadence/key-projects/change")
    index = form_of(page, "/cadence")
    assert page.form(index)["title"] == "重点项目每月走访一次" and page.form(index)["reason"] == ""
    sent = admin.sends(page, index=index, title="重点项目每月走访两次", needed="2", holder="steward", act="visit",
                       period="month", category="key_project", reason="市里要求加密")
    shown = admin.follows(sent)
    assert "每月 2 次走访企业" in shown.words and "重点项目每月走访一次" in shown.words and "市里要求加密" in shown.words
    kept = db.session.scalars(select(CadenceRule).filter_by(code="key-projects").order_by(CadenceRule.id)).all()
    assert [(rule.needed, rule.valid_to) for rule in kept] == [(1, date(2026, 8, 19)), (2, None)]
    assert guest("hening").opens("/cadence").status == 200 and "修改" not in guest("hening").opens("/cadence").words
    assert guest("hening").opens("/cadence/new").status == 404


def test_a_rule_nobody_can_keep_comes_back_with_everything_typed(guest, now):
    admin = guest("security")
    page = admin.opens("/cadence/new")
    sent = admin.sends(page, index=form_of(page, "/cadence/new"), title="书记走访", holder="head", act="visit", needed="2",
                       period="year", reason="市里要求")
    assert sent.status == 422 and "不承担“走访企业”" in sent.words
    assert sent.form(form_of(sent, "/cadence/new"))["title"] == "书记走访"


def test_an_ended_rule_is_history(guest, now):
    admin = guest("security")
    page = admin.opens("/cadence/observers/end")
    shown = admin.follows(admin.sends(page, index=form_of(page, "/cadence/observers/end"), reason="另行组织"))
    assert "已停用规则" in shown.words and admin.opens("/cadence/observers/end").status == 404


def test_an_empty_list_says_why(guest, now):
    assert "现在没有要完成的走访" in guest("liumin").opens("/visits").words
    assert "还没有开出走访任务" in guest("hening").opens("/coverage").words
    assert db.session.scalars(select(Obligation)).all() == []
