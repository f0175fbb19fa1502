"""At a window: counted cases, the code on the desk, the tablet; one rating for each case, and nobody is named."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from models import clock
from models.base import db
from models.hall import DeskCode, Kiosk
from models.log import Event
from models.ratings import Grade, Rating, RatingChannel
from operations.access.people import actor_named
from operations.errors import BadInput, NotFound, Refused, TooManyAttempts
from operations.ratings import desk, guessing, kiosks, windows
from operations.ratings.kiosks import NotBound, NothingToRate
from operations.ratings.opinions import Opinion
from tests.lives import START
from tests.together import at_once
from tests.views.counting import statements

WINDOW = "云州市住建局市政科"
GOOD = Opinion(Grade.SATISFIED, is_anonymous=True)


@pytest.fixture
def hall(city):
    """The window, its officer linfang, and the time."""
    hall = Hall(city)
    with clock.standing_at(START):
        yield hall


class Hall:
    def __init__(self, city):
        self.window, self.officer = city.organisations[WINDOW], city.users["linfang"]
        self.other = city.users["litao"]

    def count(self, number="A001", who="linfang"):
        return windows.count_case(self.window.id, number=number, item="排水许可", actor=actor_named(who))

    def issue(self, who="zhaoguoqiang"):
        return desk.issue(self.window.id, officer_id=self.officer.id, actor=actor_named(who))

    def tablet(self, who="wujie"):
        return kiosks.bind(kiosks.make(self.window.id, actor=actor_named(who)))

    def later(self, **span):
        return clock.standing_at(clock.now() + timedelta(**span))


def ratings():
    return db.session.scalars(select(Rating)).all()


def test_a_case_of_the_window_is_rated_once_by_its_number(hall):
    case_id, code = hall.count(), hall.issue().code
    desk.rate(code, number=" a001 ", opinion=Opinion(Grade.DISSATISFIED, ("等候太久",), is_anonymous=True))
    with pytest.raises(BadInput, match="没有找到这件办件"):
        desk.rate(code, number="A001", opinion=GOOD)

    rating, = ratings()
    assert (rating.counted_case_id, rating.ticket_id, rating.channel) == (case_id, None, RatingChannel.DESK)
    event = db.session.scalars(select(Event).where(Event.action == "rate_counted_case")).one()
    assert event.actor_id is None and "grade" not in event.body and '"ip":""' in event.body


def test_without_a_number_only_the_one_case_just_finished_is_meant(hall):
    code = hall.issue().code
    with pytest.raises(BadInput, match="请填写取号单"):
        desk.rate(code, number="", opinion=GOOD)
    hall.count("A001")
    hall.count("A002")
    with pytest.raises(BadInput, match="请填写取号单"):
        desk.rate(code, number="", opinion=GOOD)
    desk.rate(code, number="A001", opinion=GOOD)
    desk.rate(code, number="", opinion=GOOD)
    with hall.later(minutes=11), pytest.raises(BadInput):
        desk.rate(code, number="", opinion=GOOD)

    assert len(ratings()) == 2


def test_a_bad_rating_at_a_desk_needs_one_of_the_windows_reasons(hall):
    hall.count()
    code = hall.issue().code
    for tags in ((), ("没解决问题",)):
        with pytest.raises(BadInput):
            desk.rate(code, number="A001", opinion=Opinion(Grade.DISSATISFIED, tags))


def test_a_number_waits_thirty_days_and_a_number_is_counted_once(hall):
    hall.count()
    code = hall.issue().code
    with pytest.raises(Refused, match="已经登记过"):
        hall.count("a001")
    with hall.later(days=31), pytest.raises(BadInput):
        desk.rate(code, number="A001", opinion=GOOD)


def test_who_moves_gets_another_card_and_the_old_one_is_void(hall):
    old = hall.issue().code
    new = hall.issue("wujie").code

    assert desk.place_of(new).officer_id == hall.officer.id
    for void in (old, "", "x" * 16, "x" * 5000):
        with pytest.raises(NotFound, match="没有这个点评台签，或已更换"):
            desk.place_of(void)
    assert len(db.session.scalars(select(DeskCode).where(DeskCode.retired_at.is_(None))).all()) == 1


@pytest.mark.parametrize("who", ["tangyi", "zhoujian", "linfang", "hengzha", "hening"])
def test_only_the_windows_own_leader_and_the_centre_of_its_region_keep_it(hall, who):
    for act in (hall.issue, hall.tablet):
        with pytest.raises(NotFound):
            act(who)


def test_a_card_goes_to_nobody_who_does_not_work_there(hall):
    with pytest.raises(BadInput, match="这个窗口的工作人员"):
        desk.issue(hall.window.id, officer_id=hall.other.id, actor=actor_named("wujie"))
    with pytest.raises(NotFound):
        hall.count(who="litao")


def test_one_touch_is_a_whole_rating_and_names_nobody(hall):
    secret, case_id = hall.tablet(), hall.count()
    kiosks.rate(secret, case_id=case_id, grade=Grade.VERY_DISSATISFIED)
    for _ in range(2):
        with pytest.raises(NothingToRate):
            kiosks.rate(secret, case_id=case_id, grade=Grade.SATISFIED)

    rating, = ratings()
    assert (rating.channel, rating.is_anonymous, rating.rated_by_id) == (RatingChannel.KIOSK, True, None)


def test_a_touch_is_for_the_case_of_its_page_and_not_for_the_next_one(hall):
    secret, first = hall.tablet(), hall.count("A001")
    with hall.later(minutes=1):
        second = hall.count("A002")
        with pytest.raises(NothingToRate):
            kiosks.rate(secret, case_id=first, grade=Grade.SATISFIED)
        assert kiosks.waiting(kiosks.of_device(secret)).id == second
    with hall.later(minutes=12):
        assert kiosks.waiting(kiosks.of_device(secret)) is None


def test_a_binding_code_binds_one_tablet_within_half_an_hour(hall):
    code = kiosks.make(hall.window.id, actor=actor_named("wujie"))
    late = kiosks.make(hall.window.id, actor=actor_named("wujie"))
    secret = kiosks.bind(code.lower())
    with hall.later(minutes=31), pytest.raises(BadInput):
        kiosks.bind(late)
    for odd in (code, "", "23456-78923"):
        with pytest.raises(BadInput, match="绑定码不对、已用过或已过期"):
            kiosks.bind(odd)
    kept = " ".join(str(vars(one)) for one in db.session.scalars(select(Kiosk)))
    assert secret not in kept and code.replace("-", "") not in kept
    kiosks.retire(kiosks.of_device(secret).id, actor=actor_named("wujie"))
    for gone in (secret, "", "x" * 43):
        with pytest.raises(NotBound):
            kiosks.of_device(gone)


def test_a_tablet_takes_six_touches_a_minute(hall):
    secret = hall.tablet()
    for number in range(6):
        kiosks.rate(secret, case_id=hall.count(f"B{number}"), grade=Grade.SATISFIED)
    with pytest.raises(TooManyAttempts):
        kiosks.rate(secret, case_id=hall.count("B7"), grade=Grade.SATISFIED)


def test_raced_touches_and_scans_give_a_case_one_rating(app, hall):
    secret, case_id, code = hall.tablet(), hall.count(), hall.issue().code
    db.session.remove()
    at_once(app, [lambda: kiosks.rate(secret, case_id=case_id, grade=Grade.SATISFIED),
                  lambda: desk.rate(code, number="A001", opinion=GOOD)] * 3, moment=START)

    assert len(ratings()) == 1


def test_the_database_keeps_case_and_rating_one_to_one(hall):
    case_id, code = hall.count(), hall.issue().code
    desk.rate(code, number="A001", opinion=GOOD)
    row = {"round": 1, "grade": Grade.SATISFIED, "tags": {}, "words": "", "is_anonymous": True, "rated_at": clock.now()}
    for subject in (
        {"counted_case_id": case_id, "channel": "desk"},  # a second one
        {"channel": "desk"},  # of nothing
        {"counted_case_id": hall.count("A002"), "channel": "follow_up"},  # entered by nobody
    ):
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.execute(insert(Rating).values(row | subject))


@pytest.mark.parametrize("table", ["counted_cases", "desk_codes"])
def test_what_was_counted_and_issued_is_kept(hall, table):
    hall.count()
    hall.issue()
    with pytest.raises(DBAPIError):
        db.session.execute(text(f"DELETE FROM {table}"))
    db.session.rollback()


def test_guessing_numbers_is_answered_alike_and_slowed_down_by_address_and_by_card(hall):
    """Rated, another officer's, never given: one answer, after as many statements."""
    code = hall.issue().code
    hall.count("A001")
    hall.count("B001", who="zhaoguoqiang")
    desk.rate(code, number="A001", opinion=GOOD)
    answers = set()
    for number in ("A001", "B001", "NEVER"):
        with statements() as seen, pytest.raises(BadInput) as refused:
            desk.rate(code, number=number, opinion=replace(GOOD, source="one"))
        answers.add((type(refused.value), str(refused.value), len(seen)))
    assert len(answers) == 1

    hall.count("A002")
    for _ in range(guessing.PER_ADDRESS - 3):
        with pytest.raises(BadInput):
            desk.rate(code, number="NEVER", opinion=replace(GOOD, source="one"))
    for number in ("A002", "NEVER"):  # a right number tells nothing any more
        with pytest.raises(TooManyAttempts):
            desk.rate(code, number=number, opinion=replace(GOOD, source="one"))
    for place in range(guessing.PER_CARD - guessing.PER_ADDRESS):
        with pytest.raises(BadInput):
            desk.rate(code, number="NEVER", opinion=replace(GOOD, source=f"other {place}"))
    with pytest.raises(TooManyAttempts):
        desk.rate(code, number="A002", opinion=replace(GOOD, source="elsewhere"))
    with hall.later(minutes=16):
        desk.rate(code, number="A002", opinion=replace(GOOD, source="one"))
