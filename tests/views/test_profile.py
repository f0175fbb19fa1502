"""企业资料 of the portal, and the desk that decides what members ask for."""

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import Enterprise, FactRequest
from operations.access.people import actor_named
from operations.directory.facts import change_facts
from tests.lives import START

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")  # pages know no engine


@pytest.fixture(autouse=True)
def now():
    with clock.standing_at(START):
        yield START


@pytest.fixture
def firm(city):
    return city.enterprises["恒轧机械"]


def test_from_the_members_form_to_the_fact(firm, guest):
    member, official = guest("hengzha"), guest("dengli")
    assert member.opens("/my").links["企业资料"] == "/my/profile"
    path = f"/my/profile/{firm.id}/edit"
    sent = member.sends(member.opens(path), path, contact_name="钱工", staff_count="88")
    page = member.follows(sent)
    assert "已更新：联系人" in page.words and "核实中" in page.words and "88 人" in page.words
    assert "staff_count" not in member.opens(path).form(-1)

    queue = official.opens("/fact-requests")
    assert "88 人" in queue.words and official.opens("/claims").links["资料变更申请"] == "/fact-requests"
    asked = f"/fact-requests/{db.session.scalars(select(FactRequest.id)).one()}"
    change_facts(db.session.get_one(Enterprise, firm.id), actor=actor_named("dengli"),
                 changes={"staff_count": "90"}, source="年报")
    page = official.opens(asked)
    assert "90 人" in page.words and "被更新过" in page.words
    assert official.sends(page, f"{asked}/refuse").status == 422
    assert official.sends(page, f"{asked}/confirm").status == 302
    assert "企业申报" in member.opens("/my/profile").words and "已确认" in member.opens("/my/profile").words


def test_an_old_page_comes_back_with_both_values(firm, guest):
    member = guest("hengzha")
    path = f"/my/profile/{firm.id}/edit"
    old = member.opens(path)
    change_facts(firm, actor=actor_named("dengli"), changes={"address": "东街 1 号"}, source="年报")
    page = member.sends(old, path, address="西街 2 号")
    assert page.status == 409 and "东街 1 号" in page.words and "西街 2 号" in page.words
    assert member.sends(page, path).status == 302


def test_an_old_page_of_the_desk_comes_back_too(firm, guest):
    member, official = guest("hengzha"), guest("dengli")
    path = f"/my/profile/{firm.id}/edit"
    member.sends(member.opens(path), path, staff_count="88")
    asked = f"/fact-requests/{db.session.scalars(select(FactRequest.id)).one()}"
    old = official.opens(asked)
    change_facts(db.session.get_one(Enterprise, firm.id), actor=actor_named("dengli"),
                 changes={"staff_count": "90"}, source="年报")
    page = official.sends(old, f"{asked}/confirm")
    assert page.status == 409 and "90 人" in page.words
    assert official.sends(page, f"{asked}/confirm").status == 302


def test_a_request_that_waits_is_taken_back_on_the_page(firm, guest):
    member = guest("hengzha")
    path = f"/my/profile/{firm.id}/edit"
    page = member.follows(member.sends(member.opens(path), path, staff_count="88"))
    asked = db.session.scalars(select(FactRequest.id)).one()
    page = member.follows(member.sends(page, f"/my/fact-requests/{asked}/withdraw"))
    assert "已撤回从业人数" in page.words and page.words.count("撤回") == 2
    assert "88 人" not in guest("dengli").opens("/fact-requests").words
