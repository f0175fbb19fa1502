"""The pages at a window: cards to print, the page behind the QR, and the tablet that knows nobody."""

import io
import json

import pytest
import typst
import zxingcpp
from PIL import Image
from pylopdf_fonts_zh_cn import serif_path
from pypdf import PdfReader
from sqlalchemy import select

from models import clock
from models.base import db
from models.ratings import Grade, Rating, RatingAddition
from operations.access.people import actor_named
from operations.ratings import cards, desk, kiosks, windows
from operations.ratings.opinions import Opinion
from operations.supervision.letters import pdf
from tests.lives import START
from views.at_window import COOKIE

WINDOW, LINFANG = "云州市住建局市政科", "林芳"


@pytest.fixture
def hall(city):
    with clock.standing_at(START):
        yield city


def window_of(city):
    return city.organisations[WINDOW].id


def counts(city, number="A001"):
    return windows.count_case(window_of(city), number=number, item="排水许可", actor=actor_named("linfang"))


def issues(city):
    return desk.issue(window_of(city), officer_id=city.users["linfang"].id, actor=actor_named("wujie")).code


def own(page):
    """The page's own form, not those of the shell around it."""
    return next(place for place, form in enumerate(page.forms) if "form_key" in dict(form["fields"]))


def test_a_keeper_issues_a_card_and_prints_it(hall, guest):
    clerk = guest("wujie")
    place = f"{window_of(hall)}-{hall.users['linfang'].id}"
    page = clerk.opens("/desk-codes")
    sent = clerk.sends(page, index=own(page), desk=place)
    shown, file = clerk.opens("/desk-codes"), clerk.client.get("/desk-codes/cards.pdf")

    assert sent.leads_to == "/desk-codes" and WINDOW in shown.words and LINFANG in shown.words
    assert file.mimetype == "application/pdf"
    printed = PdfReader(io.BytesIO(file.data)).pages[0].extract_text()
    assert LINFANG in printed and WINDOW in printed
    for window in ("9" * 12, "-1", "x"):
        assert clerk.client.get(f"/desk-codes/cards.pdf?window={window}").status_code == 200, window


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")  # paper knows no engine
def test_the_qr_of_a_printed_card_leads_to_its_rating_page(hall, guest):
    code = issues(hall)
    card, = desk.cards(actor_named("wujie"))
    said = cards.said_on(card, lambda one: f"https://zq.example/d/{one}")

    assert {one.text for one in zxingcpp.read_barcodes(picture([said] * 6))} == {f"https://zq.example/d/{code}"}
    assert guest().opens(f"/d/{code}").h1 == "请评价窗口服务"


def picture(said):
    """The sheet as a printer draws it: the same layout and letters, as a picture of its first page."""
    made = typst.compile(
        cards.LAYOUT, format="png", ppi=110, font_paths=[str(serif_path().parent)], ignore_system_fonts=True,
        sys_inputs={"cards": json.dumps(said), "fonts": json.dumps(pdf.known(pdf.Fonts(())))},
    )
    return Image.open(io.BytesIO(made[0] if isinstance(made, list) else made)).convert("L")


def test_who_scans_the_card_rates_the_case_and_may_add_once(hall, guest):
    counts(hall)
    visitor, code = guest(), issues(hall)
    page = visitor.opens(f"/d/{code}")
    wrong = visitor.sends(page, number="A999", grade="satisfied", named="no")
    bare = visitor.sends(page, number="A001", grade="dissatisfied", named="no")
    sent = visitor.sends(page, number="A001", grade="dissatisfied", tags="等候太久", named="no")
    again = visitor.sends(page, number="A001", grade="satisfied", named="no")

    assert wrong.status == bare.status == 422 and "没有找到这件办件" in wrong.words
    assert sent.leads_to.startswith("/r/thanks/") and again.status == 422
    assert visitor.opens(sent.leads_to).h1 == "谢谢您的评价"
    assert db.session.scalars(select(Rating.grade)).all() == [Grade.DISSATISFIED]


def test_an_old_card_and_an_invented_one_get_the_same_page(hall, guest):
    old = issues(hall)
    issues(hall)
    answers = [guest().opens(f"/d/{code}") for code in (old, "x" * 16, "0", "%F0%28")]

    assert {page.status for page in answers} == {404} and len({page.words for page in answers}) == 1


@pytest.fixture
def over_https(app, monkeypatch):
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)


@pytest.fixture
def tablet(hall, guest):
    """A browser that has been bound by the code that the keeper's page shows once."""
    keeper, device = guest("wujie"), guest()
    page = keeper.opens("/desk-codes")
    place = next(place for place, form in enumerate(page.forms) if form["action"] == "/desk-codes/kiosks")
    made = keeper.sends(page, index=place, **{"kiosk-window": str(window_of(hall))})
    code = next(words for words in made.words.split() if len(words) == 11 and words[5] == "-")
    bound = device.sends(device.opens("/kiosk/bind"), passcode=code)
    assert bound.leads_to == "/kiosk"
    return device


def test_the_tablet_shows_five_buttons_after_a_case_and_nothing_personal(hall, tablet):
    idle = tablet.client.get("/kiosk")
    counts(hall)
    page = tablet.opens("/kiosk")

    assert idle.headers["Refresh"].startswith("5; url=/kiosk") and "请为刚才的服务打分" not in idle.text
    assert [button.get("data-key") for button in page.tree.iter("button")] == ["1", "2", "3", "4", "5"]
    assert [button.get("value") for button in page.tree.iter("button")] == [str(grade) for grade in Grade]
    for personal in (LINFANG, "A001", "排水许可", "恒轧"):
        assert personal not in page.html + idle.text


def test_one_touch_rates_and_a_bad_one_may_say_why(hall, tablet):
    counts(hall)
    page = tablet.opens("/kiosk")
    asked = tablet.sends(page, grade="very_dissatisfied")
    why = tablet.opens(asked.leads_to)
    told = tablet.sends(why, tag="窗口没人")
    second = tablet.sends(page, grade="satisfied")

    assert why.answer.headers["Refresh"].startswith("30; url=/kiosk")
    assert tablet.client.get(asked.leads_to).status_code == 404, "a reason is given once"
    assert told.leads_to == "/kiosk/done" and tablet.opens("/kiosk/done").h1 == "谢谢您的评价"
    assert second.status == 409 and second.answer.headers["Refresh"].startswith("15;")
    assert db.session.scalars(select(Rating.grade)).all() == [Grade.VERY_DISSATISFIED]
    assert db.session.scalars(select(RatingAddition.tags)).one()["tags"] == ["窗口没人"]


def test_the_devices_secret_goes_to_the_kiosks_pages_only(hall, tablet, guest):
    cookie = tablet.client.get_cookie(COOKIE, path="/kiosk")

    assert cookie.http_only and cookie.same_site == "Strict" and cookie.path == "/kiosk"
    assert tablet.client.get_cookie(COOKIE) is None
    assert guest().opens("/kiosk").leads_to == "/kiosk/bind"
    kiosks.retire(kiosks.of_device(cookie.value).id, actor=actor_named("wujie"))
    assert tablet.opens("/kiosk").leads_to == "/kiosk/bind"


def test_over_https_the_secret_goes_by_a_strict_name(over_https, tablet):
    cookie = tablet.client.get_cookie(f"__Secure-{COOKIE}", path="/kiosk")

    assert cookie.secure and tablet.opens("/kiosk").status == 200


def test_an_officer_notes_a_case_and_is_not_told_whether_it_was_rated(hall, guest):
    officer = guest("linfang")
    page = officer.opens("/desk-codes/cases")
    sent = officer.sends(page, index=own(page), window=str(window_of(hall)), number="A001", item="排水许可")
    before = officer.opens("/desk-codes/cases").words
    desk.rate(issues(hall), number="A001", opinion=Opinion(Grade.SATISFIED, is_anonymous=True))
    after_it = officer.opens("/desk-codes/cases").words

    assert sent.leads_to == "/desk-codes/cases" and "A001" in before
    assert before.replace("已登记，请办事人在评价器上按键或扫台签评价。", "") == after_it
