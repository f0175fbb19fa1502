"""A steward hands their enterprises over; the receiver confirms on a phone, and the former steward's pages close."""

import pytest
from sqlalchemy import select

from models.base import db
from models.directory import Stewardship
from tests.lives import Life

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")


def test_a_hand_over_is_confirmed_and_the_former_stewards_pages_close(site, city, visit):
    with site.hours():
        number = Life(city).submit().ticket.number
        enterprise = city.enterprises["恒轧机械"].id
    liumin, wangqiang = visit("liumin"), visit("wangqiang", phone=True)
    liumin.opens("/handovers/new")
    liumin.page.get_by_label("交给谁").fill("王强（软件园街道）")
    liumin.page.get_by_label("移交理由").fill("调任市商务局")
    liumin.pictures("handover-new", full=True)
    liumin.presses("提交，等对方确认")
    liumin.sees("确认前企业仍由刘敏负责")
    liumin.opens(f"/tickets/{number}")

    wangqiang.opens("/desk")
    wangqiang.follows("刘敏的企业等你确认接手")
    wangqiang.sees("厂区外接线路迟迟未送电")
    wangqiang.pictures("handover-package-phone", full=True)
    wangqiang.presses("确认接手 6 家企业")
    wangqiang.sees("已确认接手")
    assert wangqiang.opens(f"/tickets/{number}") == 200

    assert liumin.page.reload().status == 404
    liumin.sees("没有找到该内容，或您无权查看")
    with site.hours():
        steward = select(Stewardship.steward_id).where(Stewardship.enterprise_id == enterprise)
        assert db.session.scalars(steward.where(Stewardship.ended_at.is_(None))).one() == city.users["wangqiang"].id
