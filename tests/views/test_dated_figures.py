"""Figures of a large directory: counted every few minutes, told with the moment, counted live when that is too old."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models import clock
from models.base import db
from models.directory import Enterprise, EnterpriseStatus
from models.engagement import Effect, Flaw, Interaction, InteractionKind
from models.insight import DirectoryCount
from operations.access.people import actor_named
from operations.directory import counting, unowned
from operations.insight import correspondence, dated, filling
from tests.lives import START
from tests.views.counting import statements

WATCHERS = ("hening", "tangyi", "fangming", "hejun")


@pytest.fixture
def large(city, monkeypatch):
    """A city that counts as large, with talks of every verdict."""
    talked = {"enterprise_id": city.enterprises["恒轧机械"].id, "steward_id": city.users["liumin"].id,
              "kind": InteractionKind.PHONE, "recorded_at": START, "content": "问了用电的事"}
    for effect, flaw in ((Effect.EFFECTIVE, None), (Effect.PENDING, None), (Effect.INEFFECTIVE, Flaw.DENIED)):
        db.session.add(Interaction(**talked, occurred_at=START - timedelta(days=3), effect=effect, flaw=flaw))
    db.session.commit()
    monkeypatch.setattr(dated, "LARGE", 1)
    with clock.standing_at(START):
        yield city


def seen_by(username):
    actor = actor_named(username)
    units = [(unit.id, unit.counts) for unit in filling.figures(actor)]
    return units, unowned.count(actor), unowned.listed(actor).counts, correspondence.figures(actor)[0]


def test_what_was_counted_is_what_everybody_would_count_live(large):
    live = {name: seen_by(name) for name in WATCHERS}
    assert live["hening"][1] == 1 and live["hening"][3]["denied"] == 1
    assert counting.recount() == db.session.scalar(select(func.count(DirectoryCount.id)))

    for name in WATCHERS:
        assert dated.sums(actor_named(name), START, "unowned"), name
        assert seen_by(name) == live[name], name


def test_a_figure_is_as_old_as_it_says_and_exact_where_it_must_be(large):
    counting.recount()
    db.session.get(Enterprise, large.enterprises["好邻居便利店"].id).status = EnterpriseStatus.DEREGISTERED
    db.session.commit()
    actor = actor_named("fangming")
    assert filling.figures(actor)[0].counts.enterprises == 1 and filling.figures(actor)[0].counted_at == START
    assert filling.figures(actor, is_exact=True)[0].counts.enterprises == 0

    with clock.standing_at(START + timedelta(minutes=31)):
        assert filling.figures(actor)[0].counts.enterprises == 0 and filling.figures(actor)[0].counted_at is None

    counting.recount()
    assert filling.figures(actor)[0].counts.enterprises == 0


def test_the_pages_say_when_and_whoever_has_a_post_without_a_place_counts_live(large, sign_in):
    counting.recount()
    centre = sign_in("wujie")
    for path in ("/filling", "/stewards/vacant", "/interactions"):
        centre.get(path)
        assert "截至" in centre.html, path
    with statements() as sent:
        centre.get("/filling")
    assert not any("stewardships.enterprise_id = enterprises.id" in one for one in sent)
    assert dated.sums(actor_named("liumin"), START, "unowned") is None
