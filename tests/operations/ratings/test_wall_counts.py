"""评价计数: named ratings count at once, anonymous ones in groups of five, and the sums equal the rows."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from models import clock
from models.base import db
from models.directory import Organisation
from models.hall import CountedCase
from models.rating_wall import RatingGroup, RatingMonth, RatingPlace, RatingSum
from models.ratings import Grade, Rating, RatingOccasion
from models.rectifications import AppealGround, Rectification
from operations.access.people import actor_named
from operations.access.wall_scope import get_rated_unit, sees_officers
from operations.errors import NotFound
from operations.insight import period, wall, wall_lists
from operations.insight.keyset import TOP, Place
from operations.insight.period import Period
from operations.insight.wall import By, Narrowing, Part
from operations.ratings import appeals
from operations.ratings.wall import tallying
from tests.lives import START, Life

WINDOW = "云州市住建局市政科"
AUGUST = "2026-08"


@pytest.fixture
def hall(city):
    return Hall(city)


class Hall:
    """Counted cases at one window, rated in bulk; ``hening`` looks at the wall."""

    def __init__(self, city):
        self.window = city.organisations[WINDOW]
        self.unit_id, self.made = self.window.parent_id, 0
        self.officers = [city.users["linfang"].id, city.users["litao"].id]

    def cases(self, count, *, officer=0, item="排水许可", at=START):
        row = {"system": "hall", "item_code": "", "item": item, "unit_id": self.unit_id, "window_id": self.window.id,
               "officer_id": self.officers[officer], "region_path": "/1/", "visitor": "", "channel": "window",
               "finished_at": at, "recorded_at": at}
        self.made += count
        numbers = range(self.made - count, self.made)
        rows = [row | {"number": f"N{number}"} for number in numbers]
        return list(db.session.scalars(insert(CountedCase).returning(CountedCase.id), rows))

    def rated(self, grades, *, anonymous=False, at=START, **of):
        ids = self.cases(len(grades), at=at, **of)
        db.session.execute(insert(Rating), [
            {"counted_case_id": case_id, "round": 1, "grade": grade, "is_anonymous": anonymous, "channel": "kiosk",
             "tags": {}, "words": "", "rated_at": at} for case_id, grade in zip(ids, grades, strict=True)])
        db.session.commit()

    def counted(self, at=START):
        with clock.standing_at(at + timedelta(minutes=5)):
            tallying.recount()
        return self

    def line(self, by=By.UNIT, span=AUGUST, who="hening"):
        """What the wall says, by key."""
        unit = None if by is By.UNIT else self.unit_id
        rows = wall.lines(actor_named(who), Narrowing(period.named(span), unit, by))
        return {row.label: row.counts for row in rows}


GOOD, BAD = Grade.SATISFIED, Grade.VERY_DISSATISFIED
DAY = timedelta(days=1)


def test_named_ratings_count_at_once_and_anonymous_ones_from_five_on(hall):
    hall.rated([GOOD, BAD])
    hall.rated([GOOD] * 4, anonymous=True)
    counts = next(iter(hall.counted().line().values()))
    assert (counts[Part.CASES], counts[Part.RATED], counts[Part.SATISFIED], counts[Part.BAD]) == (6, 2, 1, 1)
    hall.rated([BAD], anonymous=True)
    counts = next(iter(hall.counted().line().values()))
    assert (counts[Part.CASES], counts[Part.RATED], counts[Part.SATISFIED], counts[Part.BAD]) == (7, 7, 5, 2)


def test_what_is_too_few_for_one_officer_counts_for_the_window_when_the_month_is_over(hall):
    hall.rated([GOOD] * 3, anonymous=True)
    hall.rated([BAD] * 3, anonymous=True, officer=1, item="占道施工")
    assert sum(one[Part.RATED] for one in hall.counted().line().values()) == 0

    hall.counted(START + 30 * DAY)
    assert hall.line(By.WINDOW)[WINDOW][Part.BAD] == 3
    assert {name: counts[Part.RATED] for name, counts in hall.line(By.OFFICER).items()} == {
        "林芳": 0, "李涛": 0, "不分人员": 6}
    assert hall.line(By.ITEM)[wall.NO_ITEM][Part.VALID] == 6
    assert hall.line(span="2026-09") == {}


def test_a_few_of_two_months_wait_for_each_other(hall):
    for at in (START, START + 31 * DAY):
        hall.rated([GOOD] * 3, anonymous=True, at=at)
        hall.counted(at)
    hall.counted(START + 60 * DAY)
    group, = db.session.scalars(select(RatingGroup)).all()
    assert (group.count, str(group.counts_on), group.window_id) == (6, "2026-09-30", None)


def test_nobody_who_holds_any_two_figures_against_each_other_finds_fewer_than_five(hall):
    """Every rating by the day, every cut, every period of days and months, at every moment: of what lies within
    another, the rest is nothing or five and more."""
    chance = random.Random(5)
    spans = [period.named(code) for code in ("2026-08", "2026-09", "2026Q3", "2026")]
    spans += [period.between("2026-08-19", f"2026-{end}") for end in ("08-24", "08-31", "09-05", "09-29", "10-02")]
    seen = {}
    for moment in range(8):
        at = START + 7 * moment * DAY
        for _ in range(chance.randrange(2, 5)):
            hall.rated([chance.choice([GOOD, BAD]) for _ in range(chance.randrange(1, 4))], anonymous=True, at=at,
                       officer=chance.randrange(2), item=chance.choice(["排水许可", "占道施工"]))
        hall.counted(at)
        seen |= {(moment, *key): count for key, count in _anonymous(hall, spans).items()}
    assert max(seen.values()) > 30
    assert [(one, other) for one in seen for other in seen
            if _within(one, other) and 0 < seen[other] - seen[one] < 5] == []


def _anonymous(hall, spans):
    """How many anonymous ratings each figure holds: here nobody gives a name."""
    return {(by, label, span.begins, span.ends): counts.get(Part.VALID, 0)
            for span in spans for by in By for label, counts in _lines(hall, by, span)}


def _lines(hall, by, span):
    rows = wall.lines(actor_named("hening"), Narrowing(span, None if by is By.UNIT else hall.unit_id, by))
    return [(row.label, row.counts) for row in rows]


def _within(one, other):
    """Whether all that the first figure counts is counted by the second: earlier, narrower or shorter."""
    (moment, by, label, begins, ends), (later, wider, name, first, last) = one, other
    is_same = (by, label) == (wider, name)
    is_part = wider is By.UNIT or (by, wider, name) == (By.OFFICER, By.WINDOW, WINDOW)
    return moment <= later and first <= begins and ends <= last and (is_same or is_part)


def test_the_database_keeps_the_groups(hall):
    hall.rated([GOOD] * 5, anonymous=True)
    hall.rated([GOOD] * 5, anonymous=True, item="占道施工")
    hall.counted()
    for broken in ("UPDATE rating_groups SET count = 6", "DELETE FROM rating_groups",
                   "UPDATE rating_places SET group_id = NULL", "DELETE FROM rating_places",
                   "UPDATE rating_places SET group_id = (SELECT max(id) FROM rating_groups)"):
        with pytest.raises(DBAPIError):
            db.session.execute(text(broken))
        db.session.rollback()
    with pytest.raises(DBAPIError):
        db.session.execute(insert(RatingGroup).values(
            unit_id=hall.unit_id, item="", counts_on=START.date(), level=0, cell="", count=4, very_satisfied=4,
            satisfied=0, fairly_satisfied=0, dissatisfied=0, very_dissatisfied=0))
    db.session.rollback()


def test_counting_what_has_changed_comes_to_the_same_as_counting_everything(hall):
    for week in range(5):
        at = START + 7 * week * DAY
        hall.cases(2, at=at, officer=week % 2)
        hall.rated([GOOD, BAD, GOOD], at=at, item="占道施工")
        hall.rated([BAD] * (3 + week), anonymous=True, at=at, officer=week % 2)
        hall.counted(at)
    little = _sums()
    with clock.standing_at(START + 30 * DAY):
        tallying.recount(everything=True)
    assert _sums() == little and len(little) > 20
    _ensure_every_span_adds_up_its_days(hall)
    grades = [str(grade) for grade in Grade]
    told = sum(getattr(row, grade) for row in db.session.scalars(select(RatingSum)) for grade in grades)
    placed = select(func.count()).where(RatingPlace.is_anonymous.is_(False) | RatingPlace.group_id.is_not(None))
    assert told == 3 * db.session.scalar(placed)


def _sums():
    columns = [[column for column in model.__table__.c if column.name != "id"] for model in (RatingSum, RatingMonth)]
    return sorted(repr(row) for of in columns for row in db.session.execute(select(*of)))


def _ensure_every_span_adds_up_its_days(hall):
    """Of a month, of less than one, and of days before and behind whole ones."""
    reader, days = actor_named("hening"), db.session.scalars(select(RatingSum.counts_on).distinct()).all()
    first, last = min(days), max(days)
    assert (first.year, first.month) != (last.year, last.month)
    for begins, ends in ((first, last), (first.replace(day=1), last), (first, first), (first + timedelta(days=1), last),
                         (first.replace(day=1), last.replace(day=1) - timedelta(days=1))):
        for by in (By.WINDOW, By.OFFICER, By.ITEM):
            whole = wall.total(wall.lines(reader, Narrowing(Period(begins, ends), hall.unit_id, by)), "")
            held = [one for one in days if begins <= one <= ends]
            each = [wall.total(wall.lines(reader, Narrowing(Period(one, one), hall.unit_id, by)), "") for one in held]
            for part in (Part.CASES, Part.VALID, Part.BAD, Part.EXCLUDED):
                assert whole.counts[part] == sum(one.counts[part] for one in each), (begins, ends, by, part)


def test_every_list_is_as_long_as_its_figure_says(hall):
    hall.cases(27)
    hall.rated([GOOD] * 26 + [BAD], officer=1)
    hall.rated([GOOD, BAD] * 4, anonymous=True)
    hall.counted()
    reader, months = actor_named("hening"), period.named(AUGUST)
    for by in By:
        unit_id = None if by is By.UNIT else hall.unit_id
        for line in wall.lines(reader, Narrowing(months, unit_id, by)):
            narrowing = _narrowed(by, hall.unit_id, months, line.key)
            for part in Part:
                assert _walked(reader, part, narrowing) == line.counts.get(part, 0), (by, line.label, part)
                assert wall_lists.count(reader, part, narrowing) == line.counts.get(part, 0)


def _narrowed(by, unit_id, span, key):
    occasion = key.get("occasion")
    return Narrowing(span, unit_id, by, key.get("window"), key.get("officer"),
                     RatingOccasion(occasion) if occasion else None, key.get("item"))


def _walked(reader, part, narrowing):
    """How many lines there are from page to page, and the anonymous ones of the sum."""
    place, found = TOP, 0
    while True:
        if part is Part.CASES:
            page = wall_lists.cases(reader, narrowing, place=place)
        else:
            page = wall_lists.named(reader, part, narrowing, place=place)
        found += len(page.rows)
        if page.next is None:
            return found + (0 if part is Part.CASES else wall_lists.anonymous(reader, part, narrowing).count)
        place = Place(after=page.next)


def test_a_ticket_counts_for_the_unit_that_signed_it_and_an_excluded_rating_for_no_rate(city):
    life = Life(city).handling().sign().result().reply().call().rate(BAD, tags=("其他",))
    found = db.session.scalars(select(Rectification.id)).one()
    with life.here():
        appeals.appeal(found, actor=actor_named("chenjing"), ground=AppealGround.MISTAKEN, reason="评错了")
        tallying.recount()
    life.wait(minutes=1)
    with life.here():
        appeals.decide(found, actor=actor_named("hening"), is_accepted=True, reason="录音为证")
        tallying.recount()
    line, = wall.lines(actor_named("hening"), Narrowing(period.named(AUGUST)))
    assert line.label == "市供电公司" and line.counts == {
        Part.CASES: 1, Part.SATISFIED: 0, Part.BAD: 0, Part.EXCLUDED: 1, Part.VALID: 0, Part.RATED: 1, Part.DUE: 0,
        Part.ON_TIME: 0}


@pytest.mark.parametrize("who, sees", [
    ("zhaoguoqiang", True), ("hening", True), ("luoshizhang", False), ("qianwei", False), ("wujie", False)])
def test_officers_are_for_their_own_leader_and_the_supervisor(hall, who, sees):
    unit = db.session.get_one(Organisation, hall.unit_id)
    assert get_rated_unit(actor_named(who), unit.id) == unit
    assert sees_officers(actor_named(who), unit) is sees


@pytest.mark.parametrize("who", ["zhoujian", "linfang", "liumin", "hengzha", "tangyi"])
def test_another_units_figures_are_not_there(hall, who):
    with pytest.raises(NotFound):
        get_rated_unit(actor_named(who), hall.unit_id)


@pytest.mark.parametrize("code, begins, ends", [
    ("2026-12", "2026-12-01", "2026-12-31"), ("2024-02", "2024-02-01", "2024-02-29"),
    ("2026Q4", "2026-10-01", "2026-12-31"), ("2026H1", "2026-01-01", "2026-06-30"),
    ("2026", "2026-01-01", "2026-12-31")])
def test_a_period_has_its_days(code, begins, ends):
    found = period.named(code)
    assert (str(found.begins), str(found.ends)) == (begins, ends) and found.words


@pytest.mark.parametrize("code", ["", "2026-13", "2026Q5", "2026H3", "26-01", "2026-1", "２０２６", "2026-08-01"])
def test_what_is_no_period_is_none(code):
    assert period.named(code) is None
    assert period.between(code, code) is None or code == "2026-08-01"
