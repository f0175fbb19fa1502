"""评价墙 on its pages: figures that open their lists, officers for their leader and supervisor alone, few statements."""

import re

import pytest

from models import clock
from models.base import db
from operations.ratings.wall import tallying
from tests.operations.ratings.test_wall_counts import BAD, GOOD, START, Hall
from tests.views.counting import statements

MONTH = "period=2026-08"


@pytest.fixture
def unit(city):
    """The unit whose window was rated: 27 times by name, eight times without."""
    hall = Hall(city)
    hall.rated([GOOD] * 26 + [BAD])
    hall.rated([GOOD, BAD] * 4, anonymous=True)
    with clock.standing_at(START):
        tallying.recount()
        yield hall.unit_id
    db.session.rollback()


def test_each_figure_opens_its_list_which_says_as_many(unit, sign_in):
    office = sign_in("hening")
    pages = [f"/ratings?{MONTH}", *(f"/ratings?{MONTH}&unit={unit}&by={by}" for by in ("window", "officer", "item"))]
    for path in pages:
        office.get(path)
        links = set(re.findall(r'href="(/ratings/[a-z_]+\?[^"]*)">[^<]*?(\d+)<', office.html))
        assert links, path
        for url, count in links:
            office.get(url.replace("&amp;", "&"))
            assert re.search(rf"<h1[^>]*>[^<]* {count} [件份]</h1>", office.html), url
            anonymous = re.search(r"匿名 (\d+)", office.text)
            named = int(count) - int(anonymous.group(1) if anonymous else 0)
            assert len(re.findall("data-entry", office.html)) == min(named, 25), url


def test_the_wall_shows_rates_bands_and_what_is_too_few(unit, sign_in):
    office = sign_in("hening")
    office.get(f"/ratings?{MONTH}")
    assert "85.7%" in office.text and "70.6%–93.7%" in office.text  # 30 of 35
    assert "14.3%" in office.text and "统计到" in office.text
    office.get("/ratings?from=2026-08-19&to=2026-08-20")
    assert "96.3%" in office.text  # 26 of 27: the anonymous ones count on the month's last day
    office.get("/ratings?period=2026-07")
    assert "没有可评价的办件" in office.text


def test_a_line_behind_a_figure_names_no_anonymous_case(unit, sign_in):
    leader = sign_in("zhaoguoqiang")
    leader.get(f"/ratings/bad?{MONTH}&unit={unit}&by=window")
    assert "匿名评价 4 份（1 组）只有合计" in leader.text and len(re.findall("data-entry", leader.html)) == 1


@pytest.mark.parametrize("who, answer", [("zhaoguoqiang", 200), ("hening", 200), ("luoshizhang", 404), ("qianwei", 404),
                                         ("wujie", 404), ("zhoujian", 404)])
def test_officers_are_reached_by_no_address_of_anybody_else(unit, sign_in, who, answer):
    reader = sign_in(who)
    for path in (f"/ratings?unit={unit}&by=officer", f"/ratings/bad?unit={unit}&by=officer&officer=1",
                 f"/ratings/bad?unit={unit}&by=window&officer=1"):
        assert reader.get(path) == answer, path
    if answer == 404:
        for path in ("/ratings?by=officer", "/ratings/rated?by=officer", "/ratings/rated?officer=1"):
            assert reader.get(path) == 404
    reader.get(f"/ratings/valid?{MONTH}&unit={unit}&by=window" if who != "zhoujian" else "/ratings")
    assert ("林芳" in reader.text) is (answer == 200)


def test_a_page_takes_the_same_statements_however_much_was_rated(unit, sign_in, city):
    office, paths = sign_in("hening"), [f"/ratings?{MONTH}", f"/ratings?{MONTH}&unit={unit}&by=officer",
                                        f"/ratings/valid?{MONTH}", f"/ratings/cases?{MONTH}"]
    few = [_asked(office, path) for path in paths]
    hall = Hall(city)
    hall.made = 1000
    hall.rated([GOOD, BAD] * 30, item="占道施工", officer=1)
    hall.counted()
    assert [_asked(office, path) for path in paths] == few


def _asked(reader, path):
    reader.get(path)
    with statements() as seen:
        assert reader.get(path) == 200
    return len(seen)
