"""防作弊监测 on rows made by hand: one unit that games beside three that do not; figures in literals, evidence as many."""

import statistics
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from models import clock
from models.base import db
from models.engagement import Effect, Flaw, Interaction, InteractionKind
from models.ratings import Grade, Rating, RatingSource
from models.tickets import LedgerClass, ProposalKind
from operations.access.people import actor_named
from operations.clocks import policies
from operations.insight import lately
from operations.insight.monitor import board
from operations.insight.monitor.board import SIGNALS, Row
from operations.ratings import sources
from tests.conftest import settle_city
from tests.lives import FINANCE, LAND, POWER, Life, shanghai
from tests.views.counting import statements

pytestmark = pytest.mark.shares_rows
NOW, AUGUST = shanghai("2026-08-31 10:00"), date(2026, 8, 1)
KEY = "of this test"
NOWHERE = Path("/dev/null/monitor")  # nothing can be kept there
FIRMS = (("恒轧机械", "hengzha", "liumin"), ("鑫源包装", "xinyuan", "liumin"), ("宏达电商产业园", "hongda", "wangqiang"))


@pytest.fixture(scope="module")
def rows(app, database):
    """What happened in August, once."""
    with app.app_context():
        city = settle_city(database)
        for firm, member, steward in FIRMS:
            gamed(city, firm, member, steward)
        honest(city)
        ping_pong(city)
        noted(city)
    yield city
    with app.app_context():
        database.restore()


def of_one_address(life, address="203.0.113.7"):
    with clock.standing_at(life.now):
        return sources.digest(address, site_key=KEY)


def gamed(city, firm, member, steward):
    """The power company: paused, extended and reported in the last hour, in the same words, rated from one address."""
    life = Life(city, enterprise=firm, member=member, steward=steward).handling().wait(hours=1)
    if member == "hengzha":
        until = date(2026, 9, 14)
        entering = life.propose(ProposalKind.LEDGER, "zhoujian", until=until, ledger_class=LedgerClass.FUNDS)
        life.grant(entering, by="hening").wait(hours=2)
        life.grant(life.propose(ProposalKind.STRIKE_OFF, "zhoujian"), by="hening")
    life.at("2026-08-26 17:00").propose(ProposalKind.EXTENSION, until=date(2026, 8, 28))
    life.at("2026-08-26 17:10").result().reply().call()
    life.rate(Grade.VERY_SATISFIED, is_anonymous=member == "xinyuan", source=of_one_address(life))


def honest(city):
    """The land and the finance bureau and the builders: early, each in words of its own, rated from elsewhere."""
    for place, (unit, officer, leader) in enumerate((
        (LAND, "litao", "gaofeng"), (FINANCE, "sunyue", "maliang"), ("云州市住房和城乡建设局", "linfang", "zhaoguoqiang"),
    )):
        life = Life(city).submit().accept().dispatch(unit)
        life.officer, life.leader = officer, leader
        said = {"reason": f"第 {place} 件的线路已经接通。", "result_kind": "solved"}
        done = life.wait(hours=2).propose(ProposalKind.RESULT, **said)
        life.grant(done).reply().call().rate(source=of_one_address(life, f"198.51.100.{place}"))


def ping_pong(city):
    """Sent back by the power company and by the land bureau; and once by finance alone, which is no ping-pong."""
    life = Life(city).handling().send_back().dispatch(LAND, by="wujie").send_back("litao", "gaofeng")
    life.dispatch(POWER, by="wujie")
    Life(city).submit().accept().dispatch(FINANCE).send_back("sunyue", "maliang")


def noted(city):
    firm, other = (city.enterprises[name] for name in ("恒轧机械", "宏达电商产业园"))
    at = shanghai("2026-08-20 10:00")
    for place, (username, enterprise, kind, late, flaw) in enumerate((
        ("liumin", firm, InteractionKind.PHONE, 0, Flaw.TEMPLATE), ("liumin", firm, InteractionKind.VISIT, 49, None),
        ("liumin", firm, InteractionKind.VISIT, 48, None), ("wangqiang", other, InteractionKind.VISIT, 1, None),
        ("wangqiang", other, InteractionKind.VIDEO, 90, None),
    )):
        happened = at + timedelta(days=place)
        db.session.add(Interaction(
            steward_id=actor_named(username).user_id, enterprise_id=enterprise.id, kind=kind, content="说了几句话",
            occurred_at=happened, recorded_at=happened + timedelta(hours=late), flaw=flaw,
            effect=Effect.INEFFECTIVE if flaw else Effect.PENDING, window_ends_at=at,
        ))
    db.session.commit()


def figures(name, username="hening", month=AUGUST):
    with clock.standing_at(NOW):
        found = board.section(actor_named(username), SIGNALS[name], month=month, folder=NOWHERE)
    return {line.name: (line.hits, line.total, line.stands_out) for line in found.lines}


@pytest.mark.parametrize(("name", "told"), [
    ("paused", {"市供电公司": (1, 4, False)}),
    ("last-minute", {"市供电公司": (2, 3, True)}),
    ("returned", {"市供电公司": (1, 5, False), "市自然资源局": (1, 2, False)}),
    ("same-text", {"市供电公司": (3, 3, True)}),
    ("one-address", {"市供电公司": (3, 3, True)}),
    ("last-hour", {"市供电公司": (2, 3, False)}),
    ("broadcast", {"刘敏": (1, 3, False)}),
    ("late-visit", {"刘敏": (1, 2, False)}),
])
def test_each_sign_says_who_how_often_and_of_how_many(rows, name, told):
    assert figures(name) == told
    assert not figures(name, month=date(2026, 7, 1))


def test_the_share_of_pauses_is_of_hours(rows):
    """Two hours of the four cases that power leads: one of a week, one of a week, one of a week, one that runs on."""
    with clock.standing_at(NOW):
        line, = board.section(actor_named("hening"), SIGNALS["paused"], month=AUGUST, folder=NOWHERE).lines
    assert line.part == 2 * 3600 and 20 * 24 * 3600 < line.whole < 40 * 24 * 3600
    assert line.share == line.part / line.whole < line.hits / line.total


@pytest.mark.parametrize("name", SIGNALS)
def test_every_figure_is_the_count_of_its_evidence(rows, name):
    signal = SIGNALS[name]
    with clock.standing_at(NOW):
        for username in ("hening", "qianwei"):
            actor = actor_named(username)
            found = board.section(actor, signal, month=AUGUST, folder=NOWHERE)
            assert board.count_evidence(actor, signal, month=AUGUST, whose=None) == found.hits
            for line in found.lines:
                page = board.evidence(actor, signal, month=AUGUST, whose=line.id)
                assert len(page.rows) == line.hits == board.count_evidence(actor, signal, month=AUGUST, whose=line.id)
                assert all(signal.told(row) for row in page.rows)
                assert board.name_of(actor, signal, month=AUGUST, whose=line.id) == line.name


def test_nobody_else_reads_any_of_it(rows):
    for username in ("zhoujian", "wujie"):
        assert not any(figures(name, username) for name in SIGNALS), username


def test_the_board_asks_one_statement_for_each_sign(rows):
    with clock.standing_at(NOW):
        actor = actor_named("qianwei")
        board.policy()
        with statements() as seen:
            board.board(actor, AUGUST, folder=NOWHERE)
    assert len([text for text in seen if "GROUP BY" in text]) == len(SIGNALS)


def test_what_was_counted_is_kept_for_one_ground_one_month_and_one_rule(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(lately, "KEPT_FOR", timedelta(minutes=10))
    office, signal = actor_named("hening"), SIGNALS["last-minute"]
    strict = {**board.policy(), "close_minutes": 0}
    post, = office.posts
    elsewhere, barred = (replace(office, posts=(replace(post, **{part: f"{getattr(post, part)}7/"}),))
                         for part in ("region_path", "unit_path"))

    def counted(actor=office, month=AUGUST, at=NOW, anew=False):
        before = set(tmp_path.iterdir())
        with clock.standing_at(at), statements() as seen:
            found = board.section(actor, signal, month=month, folder=tmp_path, anew=anew)
        is_counted = any("GROUP BY" in text for text in seen)
        return found.hits, found.at, is_counted, set(tmp_path.iterdir()) != before

    assert counted() == (2, NOW, True, True)
    assert counted(at=NOW + timedelta(minutes=9)) == (2, NOW, False, False)
    assert counted(replace(office, user_id=0), at=NOW + timedelta(minutes=9)) == (2, NOW, False, False)
    later = NOW + timedelta(minutes=9, seconds=1)
    assert counted(at=later, anew=True) == (2, later, True, False)
    for other in (counted(elsewhere), counted(barred), counted(month=date(2026, 7, 1))):
        assert other[2:] == (True, True)
    monkeypatch.setattr(board, "policy", lambda: strict)
    assert counted() == (0, NOW, True, True)


def test_the_source_tells_equal_addresses_of_a_month_and_nothing_else(rows):
    def at(moment, address="203.0.113.7", key=KEY):
        with clock.standing_at(shanghai(moment)):
            return sources.digest(address, site_key=key)

    first = at("2026-08-01 09:00")
    assert first == at("2026-08-31 23:00") and len(first) == 64 and "203" not in first
    others = [at("2026-09-01 09:00"), at("2026-08-01 09:00", key="other"), at("2026-08-01 09:00", "203.0.113.8")]
    assert first not in others
    assert at("2026-08-01 09:00", "2001:db8:1:2::7") == at("2026-08-02 09:00", "2001:db8:1:2:ffff::9")
    assert at("2026-08-01 09:00", "not an address") == at("2026-08-01 09:00", "") == ""
    anonymous = select(RatingSource.source).join(Rating, Rating.id == RatingSource.rating_id)
    assert db.session.scalars(anonymous.where(Rating.is_anonymous)).all() == [at("2026-08-26 17:10")]
    assert not {"source", "address"} & set(Rating.__table__.columns.keys())


@given(st.lists(st.sampled_from([0.0, 0.2, 0.25, 0.5, 1.0]), min_size=2, max_size=9))
def test_the_median_of_the_others_is_that_of_a_list_without_one(shares):
    for place, share in enumerate(shares):
        others = shares[:place] + shares[place + 1:]
        assert board.median_of_others(sorted(shares), share) == statistics.median(others)


@pytest.mark.parametrize(("mine", "others", "median", "stands_out"), [
    ((3, 5), [(0, 5), (0, 4), (1, 5)], 0.0, True),
    ((2, 5), [(1, 5), (1, 5), (1, 5)], 0.2, False),
    ((3, 5), [(1, 5), (1, 5), (2, 5)], 0.2, True),
    ((1, 1), [(0, 5), (0, 5), (0, 5)], 0.0, False),
    ((5, 5), [(0, 5), (0, 5)], None, False),
])
def test_what_stands_out_is_measured_by_its_peers_alone(mine, others, median, stands_out):
    found = [Row(id=place, name="", peers="bureau", total=total, hits=hits, part=hits, whole=total)
             for place, (hits, total) in enumerate([mine, *others])]
    found.append(Row(id=9, name="", peers="town", total=9, hits=9, part=9, whole=9))
    line = board.lines_of(found, policies.DEFAULTS["monitor"])[0]
    assert (line.median, line.stands_out) == (median, stands_out)
