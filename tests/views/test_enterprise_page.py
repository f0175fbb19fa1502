"""One enterprise's page: its timeline, its facts with their sources, and everything that is done there."""

import re

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.correspondence import Message, Side
from models.directory import Contact, Enterprise, EnterpriseStatus, FactChange, OwnershipClaim, Project, Tag
from models.engagement import Interaction, InteractionKind
from operations.directory.facts import change_facts
from operations.directory.merging import merge_enterprises
from tests.lives import START, Life

OWNER, OTHER = "dengli", "fangming"


@pytest.fixture
def now():
    with clock.standing_at(START):
        yield START


@pytest.fixture
def firm(city, now):
    """恒轧机械, which the 发改 bureau owns and liumin looks after."""
    return city.enterprises["恒轧机械"]


@pytest.fixture
def at(firm):
    return lambda rest="": f"/enterprises/{firm.id}{rest}"


# What the page's lists stand at: the guest reads no <select>.
SELECTED = {"category": "key_project", "credit_flag": "normal"}


def send(guest, username, path, **fields):
    """Open the page's own form and send it with these changes; then what comes back."""
    person = guest(username)
    page = person.opens(path)
    return person, person.sends(page, path, **SELECTED | fields)


def reread(firm):
    db.session.expire_all()
    return db.session.get_one(Enterprise, firm.id)


def test_the_timeline_tells_everything_newest_first_and_narrows_by_kind(guest, city, people, firm, at):
    Life(city).handling()
    change_facts(firm, actor=people[OWNER], changes={"address": "东街 1 号"}, source="年报")
    steward = guest("liumin")
    page = steward.opens(at("?tab=timeline"))
    for words in ("提交诉求", "派单", "主管家到任", "地址", "东街 1 号", "来源：年报", "登记入库"):
        assert words in page.words
    assert page.words.index("派单") < page.words.index("登记入库")
    narrowed = steward.opens(page.links["资料"].replace("tab=facts", "tab=timeline&kind=fact"))
    assert "东街 1 号" in narrowed.words and "派单" not in narrowed.words
    assert "没有评价方面的记录" in steward.opens(at("?tab=timeline&kind=rating")).words
    assert steward.opens(at("?tab=nonsense&kind=nonsense&after=nonsense")).status == 200


def test_the_timeline_pages_through_everything_once(guest, city, people, firm, at):
    same = START.replace(hour=1)
    rows = [{"steward_id": people["liumin"].user_id, "enterprise_id": firm.id, "kind": InteractionKind.PHONE,
             "content": f"第{n}笔。", "occurred_at": same, "recorded_at": same} for n in range(70)]
    db.session.execute(Interaction.__table__.insert(), rows)
    db.session.commit()
    steward, seen, path = guest("liumin"), [], at("?tab=timeline&kind=talk")
    while path:
        page = steward.opens(path)
        seen += re.findall(r"第(\d+)笔", page.words)
        path = page.links.get("更早的记录", "").partition("#")[0]
    assert sorted(map(int, seen)) == list(range(70)) and seen[0] == "69"


def test_a_registrar_sees_facts_and_nothing_that_was_said(guest, city, people, firm, at):
    life = Life(city).handling()
    page = guest(OWNER).opens(at())
    timeline = guest(OWNER).opens(at("?tab=timeline"))
    assert "资料和来源" in page.words and "概况" not in page.links and "138****2607" in page.words
    assert life.ticket.number not in page.html + timeline.html and "主管家到任" in timeline.words
    assert "13800002607" not in page.html
    assert guest(OTHER).opens(at()).status == guest(OTHER).opens(at("/edit")).status == 404


def test_facts_stand_with_their_source_and_their_day(guest, people, firm, at):
    change_facts(firm, actor=people[OWNER], changes={"industry": "31", "name": "云州恒轧重工有限公司"}, source="营业执照")
    words = guest(OWNER).opens(at("?tab=facts")).words
    assert "31 制造业营业执照8月19日" in words and "曾用名" in words and "云州恒轧机械有限公司 用到 8月19日" in words
    assert "未注明" in words


def test_the_owners_registrar_changes_facts_and_the_page_says_what(guest, firm, at):
    person, sent = send(guest, OWNER, at("/edit"), address="东街 2 号", contact_phone="13900001111", source="年报")
    assert sent.status == 302
    assert "已更新 2 项：地址、联系电话" in person.follows(sent).words
    assert reread(firm).address == "东街 2 号"
    page = person.opens(at("/edit"))
    again = person.sends(page, at("/edit"), source="年报", **SELECTED)
    assert "没有改动" in person.follows(again).words


def test_bad_facts_come_back_with_their_reasons(guest, firm, at):
    _, sent = send(guest, OWNER, at("/edit"), name="", contact_phone="1", credit_code="123", revenue="多", source="")
    for words in ("请填写企业名称", "联系电话应为", "应为 18 位", "应为数字", "请写明资料从哪里来"):
        assert words in sent.words
    assert sent.status == 422 and reread(firm).version == firm.version
    _, sent = send(guest, OWNER, at("/edit"), region_id="没有这里", source="年报")
    assert sent.status == 422 and "没有这个区划" in sent.words


def test_whoever_comes_second_sees_both_versions_and_chooses(guest, people, firm, at):
    person = guest(OWNER)
    page = person.opens(at("/edit"))
    change_facts(firm, actor=people[OWNER], changes={"address": "甲路 1 号"}, source="年报")
    met = person.sends(page, at("/edit"), address="乙路 2 号", source="走访", **SELECTED)
    assert met.status == 409 and "甲路 1 号" in met.words and "乙路 2 号" in met.html and "被他人更新过" in met.words
    assert reread(firm).address == "甲路 1 号"
    kept = person.sends(met, at("/edit"), **SELECTED)
    assert kept.status == 302 and reread(firm).address == "乙路 2 号"


def test_giving_an_enterprise_away_says_to_whom_and_it_is_gone(guest, firm, at):
    person, sent = send(guest, OWNER, at("/edit"), category="industry", source="统计名录")
    assert "已移交云州市工业和信息化局" in person.follows(sent).words
    assert person.opens(at()).status == 404 and guest("hejun").opens(at()).status == 200


def test_resting_striking_off_and_going_on(guest, firm, at):
    person, sent = send(guest, OWNER, at("/suspend"), since="2026-08-01", until="2027-07-31", reason="歇业备案")
    assert sent.status == 302 and "歇业（到 2027年7月31日）" in person.opens(at()).words
    assert "歇业截止" in guest("liumin").opens(at()).words
    _, sent = send(guest, OWNER, at("/suspend"), since="2026-08-01", until="2030-07-31", reason="歇业备案")
    assert sent.status == 422 and "三年" in sent.words
    send(guest, OWNER, at("/deregister"), reason="注销公告")
    assert reread(firm).status is EnterpriseStatus.DEREGISTERED
    assert "已注销" in guest("liumin").opens(at()).words and firm.name not in guest("liumin").opens("/enterprises").words
    send(guest, OWNER, at("/resume"), reason="误注销")
    assert reread(firm).is_live


def test_contacts_projects_and_tags_come_and_go(guest, firm, at):
    send(guest, OWNER, at("/contacts/new"), name="赵工", title="总工", phone="0412-5551234")
    send(guest, OWNER, at("/projects/new"), name="二期", investment="12,000.5", stage="building", started_on="2026-03-01")
    person, sent = send(guest, OWNER, at("/projects/new"), name="二期", investment="", stage="building")
    assert sent.status == 422 and "已有同名项目" in sent.words
    words = person.opens(at()).words
    assert "赵工" in words and "0412-5551234" not in words and "12,000.5 万元" in words and "在建" in words
    project, contact = db.session.scalars(select(Project)).one(), db.session.scalars(select(Contact)).one()
    assert "12000.5000" in person.opens(at(f"/projects/{project.id}")).html
    _, sent = send(guest, OWNER, at(f"/projects/{project.id}"), stage="operating", finished_on="2026-01-01")
    assert sent.status == 422 and "竣工日期" in sent.words
    send(guest, OWNER, at(f"/projects/{project.id}"), stage="operating", finished_on="2026-08-01")
    assert "投产" in person.opens(at()).words
    person.sends(person.opens(at()), at(f"/contacts/{contact.id}/end"))
    assert "没有登记其他联系人" in person.opens(at()).words
    steward = guest("liumin")
    steward.sends(steward.opens(at()), at("/tags"), label=" 专精特新 ")
    assert "专精特新" in guest("wujie").opens(at()).words
    steward.sends(steward.opens(at()), at("/tags/end"), label="专精特新")
    assert "专精特新" not in guest("wujie").opens(at()).words and db.session.scalars(select(Tag.ended_at)).one()


def test_what_hangs_on_another_enterprise_is_not_there(guest, city, people, firm, at):
    other = city.enterprises["宏达电商产业园"]
    db.session.add_all([contact := Contact(enterprise_id=other.id, name="陆洋"),
                        project := Project(enterprise_id=other.id, name="一期")])
    db.session.commit()
    person = guest(OWNER)
    page = person.opens(at())
    assert person.opens(at(f"/projects/{project.id}")).status == 404
    assert person.sends(page, at(f"/contacts/{contact.id}/end"), index=1).status == 404
    assert person.sends(page, f"/enterprises/{other.id}/tags", index=1, label="不是我的").status == 404


def test_merging_shows_what_follows_and_can_be_taken_back(guest, city, firm, at):
    twin = Enterprise(name=firm.name, region_id=firm.region_id, owner_unit_id=firm.owner_unit_id,
                      contact_phone=firm.contact_phone)
    db.session.add(twin)
    db.session.commit()
    Life(city).submit()
    person, merge = guest(OWNER), f"/enterprises/{twin.id}/merge"
    page = person.opens(merge)
    assert firm.name in page.words and "91990102MA0001XY8X" in page.words
    assert person.sends(page, merge, reason="重复登记").status == 422
    assert "没有找到" in person.sends(page, merge, words="宏达", reason="重复登记").words
    sent = person.sends(page, merge, into=str(firm.id), reason="重复登记")
    assert sent.leads_to == at() and "已合并到" in person.follows(sent).words
    gone = person.opens(f"/enterprises/{twin.id}")
    assert "已并入" in gone.words and "改资料" not in gone.links
    assert f"并进“{firm.name}”" in person.opens(at("?tab=timeline")).words
    undo = f"/enterprises/{twin.id}/unmerge"
    assert person.sends(person.opens(undo), undo, reason="是两家").status == 302
    assert reread(twin).merged_into_id is None and guest(OTHER).opens(merge).status == 404


def test_a_merged_one_is_in_no_list_and_shows_the_way(guest, city, people, firm):
    other = city.enterprises["好邻居便利店"]
    other.credit_code = None
    merge_enterprises(other, actor=people["wujie"], into=firm, reason="同一家")
    clerk = guest("wujie")
    assert "好邻居便利店" not in clerk.opens("/enterprises").words
    assert firm.name in clerk.opens(f"/enterprises/{other.id}").words


def test_the_code_leads_each_to_what_is_theirs(guest, firm, at):
    steward = guest("liumin")
    page = steward.opens(at("/code"))
    assert "还没有企业码" in page.words
    steward.sends(page, at("/code"))
    code = reread(firm).public_code
    assert len(code) == 20 and "data:image/svg" in steward.opens(at("/code")).html
    public = guest().opens(f"/e/{code}")
    assert firm.name in public.words and "13800002607" not in public.html and firm.credit_code not in public.html
    assert guest("chenjing").opens(f"/e/{code}").h1 == firm.name
    assert guest("hengzha").opens(f"/e/{code}").leads_to == "/my/tickets/new"
    assert steward.opens(f"/e/{code}").leads_to == at()
    steward.sends(steward.opens(at("/code")), at("/code"))
    assert guest().opens(f"/e/{code}").status == 404 == guest().opens("/e/%25").status


def test_a_claim_goes_to_the_queue_and_is_decided_above(guest, city, firm, at):
    _, sent = send(guest, OTHER, "/enterprises/claims/new", code="91990102MA0001XY8X", reason="属地企业")
    assert sent.leads_to == "/enterprises/claims"
    _, sent = send(guest, OTHER, "/enterprises/claims/new", code="91990102MA0001XY8X", reason="属地企业")
    assert sent.status == 422 and "还在等待裁定" in sent.words
    _, sent = send(guest, OTHER, "/enterprises/claims/new", code="91990102MA0002XY0D", reason="属地企业")
    assert sent.status == 422
    path = f"/enterprises/claims/{db.session.scalar(select(OwnershipClaim.id))}"
    assert "等两个单位的共同上级裁定" in guest(OWNER).opens(path).words and guest("hejun").opens(path).status == 404
    clerk = guest("wujie")
    assert firm.name in clerk.opens("/enterprises/claims").words
    assert clerk.sends(clerk.opens(path), path, reason="").status == 422
    assert clerk.sends(clerk.opens(path), path, outcome="upheld", reason="按属地").status == 302
    assert reread(firm).owner_unit.name == "城东区人民政府" and guest(OTHER).opens(at()).status == 200
    assert "归申请单位" in clerk.opens("/enterprises/claims?show=decided").words
    assert db.session.scalars(select(FactChange.source)).all() == ["归属裁定"]


def test_messages_are_told_to_the_steward_and_to_nobody_else(guest, people, firm, at):
    db.session.add(Message(enterprise_id=firm.id, side=Side.ENTERPRISE, author_id=people["hengzha"].user_id,
                           body="请帮忙看看外线", sent_at=START))
    db.session.commit()
    assert "企业发消息" in guest("liumin").opens(at("?tab=timeline")).words
    for username in ("wujie", OWNER):
        assert "请帮忙看看外线" not in guest(username).opens(at("?tab=timeline")).words
