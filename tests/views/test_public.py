"""Pages without an account: the check of a receipt, and the one-time rating link."""

import re
import statistics
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.base import db
from models.log import Event
from models.ratings import Grade, Rating, RatingChannel, RatingToken
from models.tickets import Status, Ticket
from operations.access.people import actor_named
from operations.anchors import anchoring
from operations.errors import NotAllowed, Refused
from operations.ratings import links
from operations.ratings.opinions import Opinion
from operations.tickets import aftercare, receipts
from tests.lives import Life
from tests.together import at_once
from tests.views.counting import statements


def check(guest, number, code):
    return guest().opens(f"/verify?number={number}&code={code}")


def test_anybody_can_check_a_receipt_and_learns_nothing_else(life, guest):
    life.submit(subject="厂区外接线路迟迟未送电")
    receipt = receipts.receipt_of(life.ticket)

    page = check(guest, receipt.number, receipt.code)
    assert page.h1 == "回执属实" and receipt.seal in page.words and "封存" not in page.words
    assert "送电" not in page.html and "恒轧" not in page.html and "孙伟" not in page.html


def test_the_check_says_by_which_anchor_the_log_vouches_for_it(life, guest, tmp_path):
    plan = anchoring.Plan(tmp_path / "anchors.txt", tmp_path / "anchor.key", "", 5)
    life.submit()
    anchoring.anchor(plan)
    assert "第 1 号锚点" in check(guest, life.ticket.number, receipts.receipt_of(life.ticket).code).words
    other = Life(life.city).submit().ticket
    assert "还没有封锚" in check(guest, other.number, receipts.receipt_of(other).code).words


def test_eight_characters_by_hand_are_enough(life, guest):
    life.submit()
    code = receipts.receipt_of(life.ticket).code.upper()

    assert check(guest, life.ticket.number.lower(), f"{code[:4]}+{code[4:8]}").h1 == "回执属实"


def test_the_address_in_the_qr_is_the_filled_in_form(life, guest):
    life.submit()

    page = guest().opens(f"/verify/{life.ticket.number}?code={receipts.receipt_of(life.ticket).code}")
    empty = guest().opens(f"/verify/{life.ticket.number}")
    assert page.h1 == "回执属实" and empty.form()["number"] == life.ticket.number


def test_an_unknown_number_and_a_wrong_code_get_the_same_answer(life, guest):
    life.submit()
    wrong, unknown = check(guest, life.ticket.number, "0" * 16), check(guest, "ZQ-2026-08-0000000", "0" * 16)

    assert wrong.status == unknown.status == 200
    assert wrong.words.replace(life.ticket.number, "") == unknown.words.replace("ZQ-2026-08-0000000", "")
    assert wrong.h1 == "没有查到相符的回执"


@pytest.mark.parametrize(("number", "code", "sentence"), [
    ("", "", "请填写回执上的诉求编号"),
    ("12345", "0123456789", "编号形如 ZQ-"),
    ("ZQ-2026-08-0000000", "0123", "至少 8 位"),
    ("ZQ-2026-08-0000000", "' OR 1=1 --", "由 0–9 和 a–f 组成"),
    ("ZQ-２０２６-08-0000000", "01234567", "编号形如 ZQ-"),
])
def test_a_misread_receipt_is_told_what_to_look_for(city, guest, number, code, sentence):
    page = check(guest, number, code)

    assert page.status == 422 and sentence in page.words


def test_a_record_that_was_altered_is_told_to_whoever_holds_the_receipt(life, guest):
    life.submit()
    receipt = receipts.receipt_of(life.ticket)
    life.ticket.content = "改过的内容"
    db.session.commit()

    assert check(guest, receipt.number, receipt.code).h1 == "回执属实，但记录有异常"


@pytest.fixture
def link(life):
    """A ticket that waits for its rating, and the link that xuhui sends the enterprise."""
    life.handling().sign().result().reply().call()
    return life.does(links.make, "xuhui")


def rated():
    return db.session.scalars(select(Rating)).all()


def answers(guest, life, token, *, index=0, **said):
    with life.here():
        visitor = guest()
        page = visitor.opens(f"/r/{token}")
        return visitor.sends(page, index=index, **said) if said and page.forms else page


def test_the_link_rates_once_without_an_account(link, life, guest):
    thanks = answers(guest, life, link, grade="satisfied")
    again = answers(guest, life, link, grade="dissatisfied", words="再来一次")

    assert thanks.leads_to.startswith("/r/thanks/") and again.status == 404
    one, = rated()
    assert (one.grade, one.channel, one.rated_by_id) == (Grade.SATISFIED, RatingChannel.LINK, None)


def test_opening_the_link_changes_nothing(link, life, guest):
    before = db.session.scalar(select(Event.seq).order_by(Event.seq.desc()))
    answers(guest, life, link)

    assert db.session.scalar(select(RatingToken.used_at)) is None
    assert db.session.scalar(select(Event.seq).order_by(Event.seq.desc())) == before


def test_only_the_digest_of_a_link_is_kept(link):
    kept = db.session.scalars(select(RatingToken)).one()

    assert len(link) >= 43 and link not in str(vars(kept))


def test_unknown_used_expired_and_overtaken_links_get_the_same_answer(link, life, guest):
    never = answers(guest, life, "x" * 43)
    answers(guest, life, link, grade="satisfied")
    used = answers(guest, life, link)
    closed = life.wait(days=40) and answers(guest, life, link)
    odd = answers(guest, life, "%F0%28%8C%28" + "y" * 5000)

    assert {page.status for page in (never, used, closed, odd)} == {404}
    assert len({page.words for page in (never, used, closed, odd)}) == 1


def test_a_link_expires_after_the_days_of_the_policy(link, life, guest):
    life.now += timedelta(days=15, seconds=1)

    assert answers(guest, life, link).status == 404


def test_a_bad_grade_without_a_reason_does_not_use_the_link_up(link, life, guest):
    bare = answers(guest, life, link, grade="dissatisfied")

    assert bare.status == 422 and "请至少选一项" in bare.words
    assert answers(guest, life, link, grade="dissatisfied", tags="时间太长").leads_to.startswith("/r/thanks/")


def test_raced_ratings_by_one_link_are_one(app, link, life):
    db.session.remove()
    came = at_once(app, [lambda: links.rate(link, opinion=Opinion(Grade.SATISFIED))] * 4, moment=life.now)

    assert len(rated()) == 1
    assert sum(isinstance(one, links.LinkSpent) for one in came) == 3


def test_the_link_and_the_enterprises_own_page_race_for_one_rating(app, link, life):
    ticket_id = life.ticket.id
    db.session.remove()

    def by_page():
        ticket = db.session.get_one(Ticket, ticket_id)
        aftercare.rate(ticket, actor=actor_named("hengzha"), opinion=Opinion(Grade.SATISFIED))

    def by_link():
        links.rate(link, opinion=Opinion(Grade.SATISFIED))

    at_once(app, [by_page, by_link, by_page, by_link], moment=life.now)

    assert len(rated()) == 1


def test_a_new_link_ends_the_one_before(link, life, guest):
    newer = life.does(links.make, "xuhui")

    assert answers(guest, life, link).status == 404
    assert answers(guest, life, newer).status == 200


def test_a_link_does_not_outlive_its_round(link, life, guest):
    life.rate()
    with life.here():
        visitor = guest("hengzha")
        visitor.sends(visitor.opens(f"/my/tickets/{life.ticket.number}/reopen"), reason="又停电了")

    assert answers(guest, life, link).status == 404


@pytest.mark.parametrize("username", ["liumin", "chenjing", "zhoujian", "hengzha", "hening"])
def test_only_a_clerk_sends_links(link, life, username):
    with pytest.raises(NotAllowed):
        life.does(links.make, username)


def test_a_clerk_who_handled_the_ticket_sends_no_link(life):
    life.submit().accept().dispatch(by="wujie").sign().result().reply().call()

    with pytest.raises(Refused, match="回避"):
        life.does(links.make, "wujie")


def test_there_is_no_link_before_the_follow_up(life):
    life.handling()

    with pytest.raises(Refused, match="待评价时才能"):
        life.does(links.make, "xuhui")
    assert life.ticket.status is Status.HANDLING


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")
def test_no_refusal_of_a_link_can_be_told_from_another_by_its_answer_its_statements_or_its_time(link, life, guest):
    newer = life.does(links.make, "xuhui")  # the first one is overtaken
    answers(guest, life, newer, grade="satisfied")
    late = Life(life.city).handling().result().reply().call()
    expired, foreign = late.does(links.make, "xuhui"), late.does(links.make, "xuhui")  # the first ended with the second
    foreign = answers(guest, life, foreign, grade="satisfied", named="no").leads_to.rpartition("/")[2]  # opens a 追评
    kinds = {"overtaken": link, "used": newer, "expired": expired, "foreign": foreign, "unknown": "x" * 43,
             "empty": "", "odd": "短"}
    pages, asked, spent = {}, {}, {kind: [] for kind in kinds}
    with life.here():
        visitor = guest()
        token = visitor.opens("/login").form()["csrf_token"]
        for _ in range(15):
            for kind, code in kinds.items():
                with statements() as seen:
                    begun = time.thread_time()
                    page = visitor.client.post(f"/r/{code}", data={"csrf_token": token, "grade": "satisfied"})
                    spent[kind].append(time.thread_time() - begun)
                pages[kind], asked[kind] = (page.status_code, without_id(page.text)), len(seen)
    medians = [statistics.median(times) for times in spent.values()]

    assert set(page[0] for page in pages.values()) == {404} and len(set(pages.values())) == 1
    assert len(set(asked.values())) == 1
    assert max(medians) < 1.5 * min(medians), spent


def without_id(text):
    """The page less the number of its request and its own address."""
    return re.sub(r"(next=[^\"&]*|[0-9a-f]{8,32})", "", text)
