"""The tablet at a window by keyboard and touch, and the page of a desk code on a phone, as a screen reader has them."""

import re
from itertools import zip_longest

import pytest
from sqlalchemy import select

from models.base import db
from models.ratings import Grade, Rating, RatingChannel
from operations.access.people import actor_named
from operations.ratings import desk, kiosks, links, windows
from tests.conftest import SettledCity
from tests.lives import Life
from tests.web import rules
from views.at_window import COOKIE

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")

TABLET = {"width": 1280, "height": 800}
# How a tablet stands: at a counter, an older one, and upright on a foot; how many buttons stand side by side.
STANDS = (({"width": 1024, "height": 768}, 5), ({"width": 800, "height": 1280}, 1), (TABLET, 5))
# What a screen reader comes to, in order: each control by its role and name.
KIOSK_READ = ["heading 请为刚才的服务打分", "group 按一下就好", *(f"button {grade.label}" for grade in Grade)]
CARD_READ = [
    "heading 请评价窗口服务", "textbox 办件号", "group 您的评价", *(f"radio {grade.label}" for grade in Grade),
    "textbox 还想说的话", "group 实名还是匿名", "radio 实名", "radio 匿名", "button 提交评价",  # the reasons come with the grade
]
RATING_READ = ["heading 这件事办得怎么样？", *CARD_READ[2:]]
NAMED = re.compile(r'- (heading|textbox|group|radio|checkbox|button|link)\b(?: "([^"]*)")?')
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


@pytest.fixture
def link(hall):
    """The way of a one-time link to the rating page of a ticket."""
    life = Life(SettledCity()).handling().result().reply().call()
    token = life.does(links.make, "xuhui")
    db.session.remove()
    return f"/r/{token}"


def misread(page, wanted):
    """Where a screen reader comes to something else than wanted, in another order, or to what has no name."""
    found = [f"{role} {name}" for role, name in NAMED.findall(page.locator("main").aria_snapshot())]
    return [pair for pair in zip_longest(found, wanted, fillvalue="") if not pair[1] or not pair[0].startswith(pair[1])]


def given(site):
    with site.hours():
        return [(row.channel, row.grade) for row in db.session.scalars(select(Rating).order_by(Rating.id))]


def test_a_kiosk_by_keys_and_touch_and_a_card_on_a_phone(site, hall, link, visit):
    secret, code, counts = hall
    tablet, phone = visit(), visit(phone=True)
    page = tablet.page
    page.set_viewport_size(TABLET)
    tablet.context.add_cookies([{"name": COOKIE, "value": secret, "domain": "127.0.0.1", "path": "/kiosk"}])
    counts("A001")
    tablet.opens("/kiosk")
    assert rules.house(page) == [] and misread(page, KIOSK_READ) == []
    buttons = page.get_by_role("group", name="按一下就好").get_by_role("button")
    for size, side_by_side in STANDS:
        page.set_viewport_size(size)
        boxes = [button.bounding_box() for button in buttons.all()]
        assert rules.fit(page) == [] and page.evaluate(FITS), size
        assert min(box["height"] for box in boxes) >= 112 and len({box["x"] for box in boxes}) == side_by_side, size
    with page.expect_navigation():
        page.keyboard.press("5")
    tablet.sees("评价已收到，哪里不满意？")
    assert rules.house(page) == [] and page.evaluate(FITS)
    tablet.presses("窗口没人")
    tablet.sees("谢谢您的评价")
    counts("A002")
    tablet.context.add_cookies([{"name": "text", "value": "xlarge", "url": site.url}])
    tablet.opens("/kiosk")
    for size, _ in STANDS:
        page.set_viewport_size(size)
        assert rules.fit(page) == [] and page.evaluate(FITS), size
    tablet.presses("基本满意")

    counts("A003")
    reader = phone.page
    phone.opens(f"/d/{code}")
    assert rules.house(reader) == rules.fit(reader) == []
    assert misread(reader, CARD_READ) == []
    grades = reader.get_by_role("group", name="您的评价").get_by_role("radio")
    assert [one.get_attribute("value") for one in grades.all()] == [str(grade) for grade in Grade]
    reader.get_by_role("radio", name="不满意", exact=False).nth(0).check()
    assert reader.get_by_role("group", name="原因").get_by_role("checkbox").count() == 8
    reader.get_by_role("checkbox", name="等候太久").check()
    reader.get_by_role("radio", name="匿名").check()
    phone.presses("提交评价")
    phone.sees("想补充，可以追评一次")
    phone.opens(link)
    assert rules.house(reader) == rules.fit(reader) == misread(reader, RATING_READ) == []

    assert given(site) == [
        (RatingChannel.KIOSK, Grade.VERY_DISSATISFIED), (RatingChannel.KIOSK, Grade.FAIRLY_SATISFIED),
        (RatingChannel.DESK, Grade.DISSATISFIED),
    ]
