"""The pages of stewards and hand-overs: who carries how much, who takes over, who leaves."""

import pytest
from sqlalchemy import select

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.directory import Enterprise, EnterpriseKind, Handover, Steward, Stewardship
from models.engagement import InteractionKind
from operations.access.people import actor_named
from operations.directory import departures, handovers, stewardship
from operations.engagement.interactions import Talk, log_interaction
from tests.lives import START, Life
from tests.views.counting import statements

REASON = "按片区调整"


@pytest.fixture
def now():
    with clock.standing_at(START):
        yield START


@pytest.fixture
def offered(city, now):
    """王强 is asked to take over what 刘敏 looks after."""
    return handovers.propose(city.users["liumin"], actor=actor_named("liumin"), receiver=city.users["wangqiang"],
                             reason="调任市商务局").id


def form_of(page, ending):
    return next(i for i, form in enumerate(page.forms) if form["action"].endswith(ending))


def main_of(city, firm):
    db.session.expire_all()
    rows = select(User.username).join(Stewardship, Stewardship.steward_id == User.id)
    return db.session.scalar(rows.where(Stewardship.enterprise_id == city.enterprises[firm].id,
                                        Stewardship.kind == "main", Stewardship.ended_at.is_(None)))


def test_the_table_tells_what_each_steward_carries(guest, city, now):
    Life(city).submit()
    log_interaction(city.enterprises["恒轧机械"], actor=actor_named("liumin"), talk=Talk(InteractionKind.PHONE, "问了送电"))
    page = guest("wujie").opens("/stewards")
    assert page.h1 == "管家工作量"
    rows = page.words.partition("最近互动")[2]
    assert "刘敏城东街道6 户，刘敏主管的企业/60 户已用 10%无1 件无今天 09:00" in rows
    assert "王强软件园街道1 户，王强主管的企业/60 户已用 2%无0 件无零互动" in rows
    assert "1 家企业没有管家" in page.words


def test_the_table_shows_the_stewards_of_ones_region_and_narrows(guest, city, now):
    assert "王强" not in guest("tangyi").opens("/stewards").words
    clerk = guest("wujie")
    assert "刘敏" not in clerk.opens("/stewards?q=王").words
    assert "没有姓名以“%”开头" in clerk.opens("/stewards?q=%25").words
    db.session.add(Steward(user_id=city.users["liumin"].id, capacity=5, registered_at=START))
    db.session.commit()
    full = clerk.opens("/stewards?tab=full").words
    assert "刘敏" in full and "超 1 户" in full and "王强" not in full
    assert "刘敏" not in clerk.opens("/stewards?tab=free").words


def many(city, count):
    town = city.organisations["城东街道办事处"]
    people = [User(username=f"s{n}", name=f"管家{n:03}", phone=f"137{n:08}") for n in range(count)]
    db.session.add_all(people)
    db.session.flush()
    for n, person in enumerate(people):
        db.session.add(Post(user_id=person.id, role=Role.STEWARD, organisation_id=town.id, region_id=town.region_id,
                            started_at=START))
        for k in range(n % 3):
            firm = Enterprise(name=f"小店{n}-{k}", kind=EnterpriseKind.SOLE_TRADER, region_id=town.region_id,
                              quiet_since=START)
            db.session.add(firm)
            db.session.flush()
            db.session.add(Stewardship(enterprise_id=firm.id, steward_id=person.id, started_at=START))
    db.session.commit()


@pytest.mark.parametrize("sort", ["held", "open", "overdue", "quiet"])
def test_every_order_of_the_table_leads_through_everybody_once(guest, city, now, sort):
    many(city, 60)
    clerk, seen, path = guest("wujie"), [], f"/stewards?sort={sort}"
    while path:
        page = clerk.opens(path)
        seen += [name for name, url in page.links.items() if url.startswith("/stewards/") and url[10:].isdecimal()]
        path = page.links.get("下一页")
    assert len(seen) == len(set(seen)) == 62


def test_lists_take_as_many_statements_for_many_as_for_few(guest, city, now, offered):
    paths = ("/stewards", "/stewards?sort=overdue", "/stewards/vacant", "/handovers", f"/handovers/{offered}",
             f"/stewards/{city.users['liumin'].id}")
    clerk = guest("wujie")

    def counts():
        found = []
        for path in paths:
            clerk.opens(path)
            with statements() as seen:
                assert clerk.opens(path).status == 200
            found.append(len(seen))
        return found

    few = counts()
    many(city, 20)
    assert counts() == few and max(few) <= 12


def test_ticked_enterprises_are_given_to_a_steward_and_each_has_its_result(guest, city, now):
    clerk = guest("wujie")
    vacant = clerk.opens("/stewards/vacant")
    assert "河口镇老边家饺子馆" in vacant.words and "从未分配 1" in vacant.words
    firm = city.enterprises["老边家饺子馆"].id
    page = clerk.opens(f"/stewards/assign?pick={firm}&pick=999999")
    assert "共 1 家" in page.words and "现在没有主管家" in page.words
    index = form_of(page, "/stewards/assign")
    wrong = clerk.sends(page, index=index, steward="陈静", reason="")
    assert wrong.status == 422 and "没有在岗的管家叫“陈静”" in wrong.words and "请写明理由" in wrong.words
    done = clerk.sends(page, index=index, steward="王强（软件园街道）", reason=REASON)
    assert "1 家已指派" in done.words and main_of(city, "老边家饺子馆") == "wangqiang"
    assert "每家企业都有在岗的主管家" in clerk.opens("/stewards/vacant").words


def test_what_changed_while_the_page_was_open_is_reported_not_overwritten(guest, city, now):
    clerk = guest("wujie")
    page = clerk.opens(f"/stewards/assign?pick={city.enterprises['恒轧机械'].id}")
    assert "现在由刘敏主管" in page.words
    stewardship.assign(city.enterprises["恒轧机械"], actor=actor_named("dengli"), steward=city.users["wangqiang"],
                       reason="先改派")
    answer = clerk.sends(page, index=form_of(page, "/stewards/assign"), steward="liumin", reason=REASON)
    assert "没有一家办成" in answer.words and "刚刚被他人改派" in answer.words
    assert main_of(city, "恒轧机械") == "wangqiang"


def test_names_are_offered_to_whoever_gives(guest, city, now):
    answer = guest("dengli").downloads("/stewards/names?q=刘")
    assert answer.json == [{"value": "刘敏（城东街道）", "label": "主管 6/60 户"}]
    assert guest("chenjing").opens("/stewards/names?q=刘").status == 404


def test_two_of_one_name_are_told_apart_by_unit_or_phone(guest, city, now):
    many(city, 1)
    db.session.scalars(select(User).where(User.username == "s0")).one().name = "王强"
    db.session.commit()
    clerk = guest("wujie")
    page = clerk.opens(f"/stewards/assign?pick={city.enterprises['恒轧机械'].id}")
    answer = clerk.sends(page, index=form_of(page, "/stewards/assign"), steward="王强", reason=REASON)
    assert answer.status == 422 and "有几位" in answer.words
    clerk.sends(page, index=form_of(page, "/stewards/assign"), steward="王强（软件园街道）", reason=REASON)
    assert main_of(city, "恒轧机械") == "wangqiang"


def test_a_hand_over_is_offered_seen_on_both_desks_and_confirmed(guest, city, now):
    liumin, wangqiang = guest("liumin"), guest("wangqiang")
    page = liumin.opens("/handovers/new")
    assert page.h1 == "移交我的企业" and "恒轧机械" in page.words
    index = form_of(page, "/handovers/new?")
    assert "请勾选" in liumin.sends(page, index=index, receiver="王强", reason="轮岗", whole="some").words
    sent = liumin.sends(page, index=index, receiver="王强", reason="轮岗", whole="all")
    assert sent.status == 302
    handover = db.session.scalars(select(Handover)).one()
    assert "移交给王强的企业等对方确认" in liumin.opens("/desk").words
    assert "刘敏的企业等你确认接手" in wangqiang.opens("/desk").words
    mine, theirs = liumin.opens(f"/handovers/{handover.id}"), wangqiang.opens(f"/handovers/{handover.id}")
    assert "确认接手" not in mine.words and "确认接手 6 家企业" in theirs.words and "7/60 户" in theirs.words
    wangqiang.sends(theirs, index=form_of(theirs, "/confirm"))
    assert main_of(city, "恒轧机械") == "wangqiang"
    assert "已交接" in wangqiang.opens(f"/handovers/{handover.id}").words
    assert "等你确认" not in wangqiang.opens("/desk").words


def test_the_former_stewards_open_pages_are_gone_at_once(guest, city):
    life = Life(city).submit()
    with life.here():
        liumin = guest("liumin")
        paths = [f"/tickets/{life.ticket.number}", f"/tickets/{life.ticket.number}/accept",
                 f"/enterprises/{city.enterprises['恒轧机械'].id}"]
        pages = [liumin.opens(path) for path in paths]
        assert [page.status for page in pages] == [200, 200, 200]
        handover = handovers.propose(city.users["liumin"], actor=actor_named("liumin"), reason="轮岗",
                                     receiver=city.users["wangqiang"])
        handovers.confirm(handover, actor=actor_named("wangqiang"))
        assert [liumin.opens(path).status for path in paths] == [404, 404, 404]
        accepting = form_of(pages[1], "/accept?")
        late = liumin.sends(pages[1], paths[1], index=accepting, category="用电", difficulty="ordinary")
        assert late.status == 404
        assert [guest("wangqiang").opens(path).status for path in paths] == [200, 200, 200]


def test_declining_needs_a_reason_and_the_giver_may_call_it_off(guest, city, offered):
    wangqiang, liumin = guest("wangqiang"), guest("liumin")
    page = wangqiang.opens(f"/handovers/{offered}")
    empty = wangqiang.sends(page, index=form_of(page, "/decline"), words="")
    assert empty.status == 422 and "请写明原因" in empty.words
    own = liumin.opens(f"/handovers/{offered}")
    liumin.sends(own, index=form_of(own, "/cancel"), words="不调了")
    again = wangqiang.sends(page, index=form_of(page, "/decline"), words="已满")
    assert again.status == 409 and "已取消" in again.words
    assert "不调了" in liumin.opens(f"/handovers/{offered}").words


@pytest.mark.parametrize(("username", "status"), [("liumin", 200), ("wangqiang", 200), ("tangyi", 200), ("hening", 200),
                                                  ("chenjing", 404), ("hengzha", 404)])
def test_a_hand_over_is_there_for_those_concerned(guest, offered, username, status):
    assert guest(username).opens(f"/handovers/{offered}").status == status


def test_a_substitute_is_arranged_for_everything_a_steward_looks_after(guest, city, now):
    clerk, person = guest("wujie"), city.users["liumin"].id
    page = clerk.opens(f"/stewards/{person}/cover")
    index = form_of(page, "/cover?")
    wrong = clerk.sends(page, index=index, substitute="王强", starts_on="2026-08-20", ends_on="2026-08-19", reason="休假")
    assert wrong.status == 422 and "不能早于" in wrong.words
    clerk.sends(page, index=index, substitute="王强", starts_on="2026-08-19", ends_on="2026-08-21", reason="休假")
    shown = clerk.opens(f"/stewards/{person}")
    assert "王强 备岗" in shown.words
    clerk.sends(shown, index=form_of(shown, "/end"))
    assert clerk.opens(f"/stewards/{person}").words.count("王强 备岗") == 5


def test_leaving_says_what_will_happen_and_fills_the_queue(guest, city, now):
    clerk, person = guest("tangyi"), city.users["liumin"].id
    page = clerk.opens(f"/stewards/{person}/leave")
    assert "主管的 6 家企业进入“待交接”" in page.words
    assert clerk.sends(page, index=form_of(page, "/leave?"), reason="").status == 422
    done = clerk.sends(page, index=form_of(page, "/leave?"), reason="退休")
    assert done.leads_to == "/stewards/vacant?tab=left"
    assert "待交接 5" in clerk.follows(done).words
    assert "离岗" in guest("wujie").opens(f"/stewards/{person}").words
    assert guest("liumin").opens("/desk").status == 404
    assert clerk.opens(f"/stewards/{city.users['wangqiang'].id}").status == 404


def test_a_registrar_lets_go_only_the_stewards_of_the_own_unit(guest, city, now):
    person = city.users["liumin"].id
    assert "办离岗" not in guest("dengli").opens(f"/stewards/{person}").words
    assert guest("dengli").opens(f"/stewards/{person}/leave").status == 404
    assert "办离岗" in guest("fangming").opens(f"/stewards/{person}").words


def test_nobody_is_left_where_everybody_is_looked_after(guest, city, now):
    departures.leave(city.users["wangqiang"], actor=actor_named("wujie"), reason="退休")
    assert "宏达电商产业园" in guest("wujie").opens("/stewards/vacant?tab=left").words
    assert "没有待交接的企业" in guest("tangyi").opens("/stewards/vacant?tab=left").words
