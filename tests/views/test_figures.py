"""指标 on its pages: every figure opens both of its lists, a unit's leader sees the own unit alone."""

import os
import re
import time
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest

from operations.access.people import actor_named
from operations.insight import figures_lately, lately
from operations.insight.figures import FIGURES, Narrowing
from operations.insight.period import named


def test_every_figure_opens_both_lists(life, sign_in):
    life.handling().sign().result().reply().call().rate()
    office = sign_in("hening")
    assert office.get("/figures?period=2026-08") == 200
    assert all(figure.label in office.text for figure in FIGURES) and "样本不足" in office.text
    links = re.findall(r'href="(/figures/[a-z_]+/(?:part|whole)\?[^"]*)">(\d+)<', office.html)
    assert len(links) > 15
    for url, count in links:
        assert office.get(url.replace("&amp;", "&")) == 200
        assert len(re.findall("data-entry", office.html)) == int(count), url


def test_a_county_opens_no_list_of_a_unit_above_it(life, sign_in):
    """A unit of the city did a case of the county's: its hours are shown there, and every link leads somewhere."""
    life.handling().sign().result().reply().call().rate()
    county = sign_in("tangyi")
    assert county.get("/figures?period=2026-08") == 200
    spent = county.html[county.html.index('id="h-spent"'):]
    assert "供电公司" in spent and '<span class="small">1 件</span>' in spent
    links = re.findall(r'href="(/figures/[^"]*)"', county.html)
    assert links and all(county.get(url.replace("&amp;", "&")) == 200 for url in links)


def test_what_is_no_figure_or_not_ones_own_is_not_there(city, sign_in):
    leader = sign_in("zhoujian")
    assert leader.get("/figures") == 200
    land = city.organisations["云州市自然资源局"].id
    for path in ("/figures/nonsense/part", "/figures/on_time/both", f"/figures?unit={land}"):
        assert leader.get(path) == 404


def test_the_figures_of_a_region_are_of_its_own_demands(life, city, sign_in):
    life.handling().sign().result().reply().call().rate()
    office, leader = sign_in("hening"), sign_in("zhoujian")
    east, tech = city.regions["990102"].id, city.regions["990103"].id
    here = re.compile(r'href="(/figures/finished/whole\?[^"]*region=%d[^"]*)">(\d+)<' % east)
    assert office.get(f"/figures?period=2026-08&region={east}") == 200
    (url, count), = here.findall(office.html)
    assert office.get(url.replace("&amp;", "&")) == 200
    assert len(re.findall("data-entry", office.html)) == int(count) == 1
    assert office.get(f"/figures/finished/whole?period=2026-08&region={tech}") == 200
    assert "data-entry" not in office.html
    assert office.get("/figures?region=999999") == 404
    assert leader.get(f"/figures?region={east}") == 404


@pytest.fixture
def kept(app, monkeypatch, tmp_path):
    """Figures are kept, here."""
    monkeypatch.setattr(lately, "KEPT_FOR", timedelta(minutes=10))
    monkeypatch.setitem(app.config, "VAR_DIR", tmp_path)
    return tmp_path / "figures"


def test_what_was_counted_is_kept_for_its_ground_says_of_when_it_is_and_is_counted_anew_when_asked(life, sign_in, kept):
    office, other = sign_in("hening"), sign_in("luoshizhang")
    assert office.get("/figures?period=2026-08") == 200
    before = links_of(office), spent_of(office)
    life.handling().sign().result().reply().call().rate()
    assert office.get("/figures?period=2026-08") == 200
    assert (links_of(office), spent_of(office)) == before and "统计于" in office.text
    assert other.get("/figures?period=2026-08") == 200
    assert links_of(other) != before[0]
    again, = re.findall(r'href="(/figures[^"]*anew=1)"', office.html)
    assert office.get(again.replace("&amp;", "&")) == 200
    assert links_of(office) == links_of(other)


def test_whoever_reads_the_same_ground_is_shown_what_was_counted_once(life, kept):
    one, august = actor_named("luoshizhang"), Narrowing(named("2026-08"))
    colleague = replace(one, user_id=0, posts=tuple(replace(post, post_id=0) for post in one.posts))
    elsewhere = replace(one, posts=tuple(replace(post, region_path=f"{post.region_path}7/") for post in one.posts))
    barred = replace(one, posts=tuple(replace(post, unit_path=f"{post.unit_path}7/") for post in one.posts))
    first = figures_lately.report(one, august, folder=kept)
    for reader, is_counted in ((colleague, False), (elsewhere, True), (barred, True)):
        before = set(kept.glob("*"))
        report = figures_lately.report(reader, august, folder=kept)
        assert (report == first, set(kept.glob("*")) == before) == (not is_counted, not is_counted)


@pytest.mark.parametrize("what", ["nonsense", "{}",
                                  '{"at": "2026-08-19T10:00:00+00:00", "told": {"found": [["gone", 1, 2]]}}'])
def test_what_lies_there_but_was_written_otherwise_is_counted_anew(what, sign_in, kept):
    office = sign_in("hening")
    assert office.get("/figures?period=2026-08") == 200
    before = links_of(office)
    for one in kept.iterdir():
        one.write_text(what)
    assert office.get("/figures?period=2026-08") == 200 and links_of(office) == before


def test_where_nothing_can_be_kept_figures_are_counted_all_the_same(sign_in, kept):
    kept.write_text("no folder")
    assert sign_in("hening").get("/figures?period=2026-08") == 200


def test_whoever_comes_while_a_ground_is_counted_waits_for_that_but_not_for_ever(life, kept, monkeypatch):
    one, august, begun, free = actor_named("luoshizhang"), Narrowing(named("2026-08")), Event(), Event()
    monkeypatch.setattr(lately, "MOST_SECONDS", 0.2)
    turn = kept / lately._name_of(figures_lately._asked(one, august))

    def hold():
        with lately._turn(turn):
            begun.set()
            free.wait(30)

    holder = Thread(target=hold)
    holder.start()
    begun.wait(30)
    began = time.monotonic()
    assert figures_lately.report(one, august, folder=kept)
    assert time.monotonic() - began > 0.2
    free.set()
    holder.join()
    began = time.monotonic()
    assert figures_lately.report(one, august, folder=kept)
    assert time.monotonic() - began < 0.2


def test_what_nobody_will_be_shown_any_more_is_cleared_away(life, kept):
    one = actor_named("luoshizhang")
    figures_lately.report(one, Narrowing(named("2026-07")), folder=kept)
    past = {*kept.iterdir()}
    for path in past:
        os.utime(path, (0, 0))
    figures_lately.report(one, Narrowing(named("2026-08")), folder=kept)
    assert past.isdisjoint(kept.iterdir())


def spent_of(reader):
    return re.findall("<td[^>]*>([^<]+)</td>", reader.html[reader.html.index('id="h-spent"'):])


def links_of(reader):
    return re.findall(r'href="/figures/([a-z_]+/(?:part|whole))\?[^"]*">(\d+)<', reader.html)
