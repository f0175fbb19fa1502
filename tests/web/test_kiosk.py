"""The tablet at a window by keyboard and touch, and the page of a desk code on a phone, as a screen reader has them."""

import pytest
from sqlalchemy import select

from models.base import db
from models.ratings import Grade, Rating, RatingChannel
from operations.access.people import actor_named
from operations.ratings import desk, kiosks, windows
from tests.web import rules
from views.at_window import COOKIE

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")

TABLET = {"width": 1280, "height": 800}
FITS = "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def hall(site, city):
    """A bound tablet's secret, a desk's code, and ``counts()``: one more case is finished at the window."""
    window, officer = city.organisations["云州市住建局市政科"].id, city.users["linfang"].id
    db.session.remove()
    with site.hours():
        secret = kiosks.bind(kiosks.make(window, actor=actor_named("wujie")))
        code = desk.issue(window, officer_id=officer, actor=actor_named("wujie")).code
        db.session.remove()

    def counts(number):
        with site.hours():
            windows.count_case(window, number=number, item="排水许可", actor=actor_named("linfang"))
            db.session.remove()

    return secret, code, counts


def given(site):
    with site.hours():
        return [(row.channel, row.grade) for row in db.session.scalars(select(Rating).order_by(Rating.id))]


def test_a_kiosk_by_keys_and_touch_and_a_card_on_a_phone(site, hall, visit):
    secret, code, counts = hall
    tablet, phone = visit(), visit(phone=True)
    page = tablet.page
    page.set_viewport_size(TABLET)
    tablet.context.add_cookies([{"name": COOKIE, "value": secret, "domain": "127.0.0.1", "path": "/kiosk"}])
    counts("A001")
    tablet.opens("/kiosk")
    assert rules.house(page) == rules.fit(page) == [] and page.evaluate(FITS)
    buttons = page.get_by_role("group", name="按一下就好").get_by_role("button")
    assert buttons.count() == 5 and min(box["height"] for box in map(lambda b: b.bounding_box(), buttons.all())) >= 112
    with page.expect_navigation():
        page.keyboard.press("5")
    tablet.sees("评价已收到，哪里不满意？")
    assert rules.house(page) == [] and page.evaluate(FITS)
    tablet.presses("窗口没人")
    tablet.sees("谢谢您的评价")
    counts("A002")
    tablet.context.add_cookies([{"name": "text", "value": "xlarge", "url": site.url}])
    tablet.opens("/kiosk")
    assert rules.fit(page) == []
    tablet.presses("基本满意")

    counts("A003")
    reader = phone.page
    phone.opens(f"/d/{code}")
    assert rules.house(reader) == rules.fit(reader) == []
    grades = reader.get_by_role("group", name="您的评价").get_by_role("radio")
    assert [one.get_attribute("value") for one in grades.all()] == [str(grade) for grade in Grade]
    reader.get_by_role("radio", name="不满意", exact=False).nth(0).check()
    assert reader.get_by_role("group", name="原因").get_by_role("checkbox").count() == 8
    reader.get_by_role("checkbox", name="等候太久").check()
    reader.get_by_role("radio", name="匿名").check()
    phone.presses("提交评价")
    phone.sees("想补充，可以追评一次")

    assert given(site) == [
        (RatingChannel.KIOSK, Grade.VERY_DISSATISFIED), (RatingChannel.KIOSK, Grade.FAIRLY_SATISFIED),
        (RatingChannel.DESK, Grade.DISSATISFIED),
    ]
