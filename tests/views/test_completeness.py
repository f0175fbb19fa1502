"""评价完整性 on its pages: parts that add up, lists as long as their figures, for those above and nobody of the unit."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import insert, select

from models import clock
from models.base import db
from models.counted_follow_ups import CountedFollowUp
from models.directory import Organisation, Region
from models.exports import Export, ExportKind
from models.log import Event
from models.ratings import RatingChannel
from operations.access.people import actor_named
from operations.insight import completeness, period
from operations.insight.completeness import Narrowing, Part
from tests.lives import Life
from tests.operations.ratings.test_wall_counts import BAD, GOOD, START, Hall
from tests.views.counting import statements

REPORT, MONTH = "/ratings/completeness", "period=2026-08"
DAY = timedelta(days=1)


@pytest.fixture
def hall(city):
    """August at one window: of 40 cases 30 are rated, three of them without a name; two others wait for a call."""
    hall = Hall(city)
    hall.rated([GOOD] * 26 + [BAD])
    hall.rated([GOOD] * 3, anonymous=True)
    waiting = hall.cases(10)[:2]
    db.session.execute(insert(CountedFollowUp), [
        {"counted_case_id": one, "region_path": "/1/", "is_must": False, "opened_at": START, "due_at": START + DAY}
        for one in waiting])
    db.session.commit()
    hall.counted()
    with clock.standing_at(START + DAY):
        yield hall
    db.session.rollback()


def test_what_is_not_rated_is_open_as_long_as_it_may_be(hall):
    assert _counts("hening") == {Part.FINISHED: 40, Part.RATED: 30, Part.OPEN: 10, Part.LAPSED: 0, Part.UNCALLED: 2}
    with clock.standing_at(START + 30 * DAY):  # a case may be rated for thirty days
        assert _counts("hening")[Part.LAPSED] == 10 and _counts("hening")[Part.OPEN] == 0
    found = completeness.checks(period.named("2026-08"))
    assert (found.without_case, found.rated_twice) == (0, 0)


def test_a_bad_grade_by_name_of_nobody_known_is_told_as_what_cannot_be_put_right(hall, sign_in):
    office = sign_in("hening")
    office.get(f"{REPORT}?{MONTH}")
    assert "另有 1 份窗口办件的实名差评" in office.text


def test_a_round_of_a_ticket_is_told_by_its_clock_whoever_rated_it_without_a_name(city):
    life = Life(city).handling().wait(hours=1).sign().result().reply().call()
    hall = Hall(city).counted(life.now)
    with life.here():
        assert _counts("hening") == {Part.FINISHED: 1, Part.RATED: 0, Part.OPEN: 1, Part.LAPSED: 0, Part.UNCALLED: 0}
    life.rate(is_anonymous=True, channel=RatingChannel.PLATFORM)
    hall.counted(life.now)
    with life.here():
        assert _counts("hening")[Part.RATED] == 1 and _counts("hening")[Part.OPEN] == 0
        assert _counts("zhoujian") == dict.fromkeys(Part, 0)


def test_each_figure_opens_its_cases_which_are_as_many(hall, sign_in):
    office, region = sign_in("hening"), _region(hall)
    pages = [f"{REPORT}?{MONTH}"]
    office.get(pages[0])
    pages += re.findall(rf'href="({REPORT}\?[^"]*region=\d+)"', office.html.replace("&amp;", "&"))
    assert len(pages) == 2 and f"region={region}" in pages[1]
    for path in pages:
        office.get(path)
        links = set(re.findall(rf'href="({REPORT}/[a-z]+\?[^"]*)">(\d+)<', office.html))
        assert {int(count) for _, count in links} == {40, 30, 10, 2}, path
        for url, count in links:
            office.get(url.replace("&amp;", "&"))
            assert re.search(rf"<h1[^>]*>[^<]* {count} 件</h1>", office.html), url
            assert _all_lines(office) == int(count), url
            assert "实名" not in office.text and "满意" not in office.text


@pytest.mark.parametrize("who, answer", [("hening", 200), ("luoshizhang", 200), ("qianwei", 200), ("wujie", 404),
                                         ("zhaoguoqiang", 404), ("zhoujian", 404)])
def test_nobody_of_a_unit_learns_which_case_is_rated(hall, sign_in, who, answer):
    reader = sign_in(who)
    for path in (REPORT, *(f"{REPORT}/{part}?unit={hall.unit_id}" for part in Part)):
        assert reader.get(path) == answer, path
    assert reader.get(f"{REPORT}?region=999999") == 404 and reader.get(f"{REPORT}?unit=999999") == 404


def test_the_sums_are_taken_along_through_the_door_of_exports(hall, sign_in):
    office = sign_in("hening")
    taken = ((f"{REPORT}/export?{MONTH}", ExportKind.COMPLETENESS),
             (f"/ratings/export?{MONTH}&unit={hall.unit_id}&by=officer", ExportKind.RATING_WALL))
    for path, kind in taken:
        assert office.post(path, page="/account") == 200
        with office.answer as answer:
            sheet = openpyxl.load_workbook(io.BytesIO(answer.get_data())).active
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
        assert sheet.title == kind.label and rows[0][0] == "合计" and len(rows) == 2
        assert 40 in rows[0] and "N1" not in str(rows)
        assert db.session.scalar(select(Export.row_count).where(Export.kind == kind)) == 2
    assert {"export_completeness", "export_rating_wall"} <= set(db.session.scalars(select(Event.action)))
    assert sign_in("luoshizhang").post(f"/ratings/export?unit={hall.unit_id}&by=officer") == 404
    assert sign_in("zhoujian").post(f"{REPORT}/export") == 404


def test_a_page_takes_the_same_statements_however_many_cases_there_are(hall, sign_in):
    office, paths = sign_in("hening"), [f"{REPORT}?{MONTH}", f"{REPORT}?{MONTH}&region={_region(hall)}",
                                        f"{REPORT}/open?{MONTH}", f"{REPORT}/uncalled?{MONTH}"]
    few = [_asked(office, path) for path in paths]
    hall.made = 1000
    hall.cases(60, item="占道施工", officer=1)
    db.session.commit()
    hall.counted()
    assert [_asked(office, path) for path in paths] == few and max(few) < 20


def _counts(who):
    actor, narrowing = actor_named(who), Narrowing(period.named("2026-08"))
    return dict(completeness.total(completeness.lines(actor, narrowing, completeness.grounds(actor)), "").counts)


def _region(hall):
    """The region of the report under which the hall's unit stands: the city's own line, or a county's."""
    unit = db.session.get(Organisation, hall.unit_id)
    return db.session.get(Region, unit.region_id).id


def _all_lines(reader):
    found = len(re.findall("data-entry", reader.html))
    while more := re.search(r'href="([^"]*[?&;]after=[^"]*)"', reader.html):
        reader.get(more.group(1).replace("&amp;", "&"))
        found += len(re.findall("data-entry", reader.html))
    return found


def _asked(reader, path):
    reader.get(path)
    with statements() as seen:
        assert reader.get(path) == 200
    return len(seen)
