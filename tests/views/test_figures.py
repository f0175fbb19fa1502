"""指标 on its pages: every figure opens both of its lists, a unit's leader sees the own unit alone."""

import re
from dataclasses import replace
from datetime import timedelta

from operations.access.people import actor_named
from operations.insight import figures_lately
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


def test_what_was_counted_is_kept_for_its_ground_says_of_when_it_is_and_is_counted_anew_when_asked(
    life, sign_in, monkeypatch
):
    monkeypatch.setattr(figures_lately, "KEPT_FOR", timedelta(minutes=10))
    monkeypatch.setattr(figures_lately, "_kept", {})
    office, other = sign_in("hening"), sign_in("luoshizhang")
    assert office.get("/figures?period=2026-08") == 200
    before = links_of(office)
    life.handling().sign().result().reply().call().rate()
    assert office.get("/figures?period=2026-08") == 200
    assert links_of(office) == before and "统计于" in office.text
    assert other.get("/figures?period=2026-08") == 200
    assert links_of(other) != before
    again, = re.findall(r'href="(/figures[^"]*anew=1)"', office.html)
    assert office.get(again.replace("&amp;", "&")) == 200
    assert links_of(office) == links_of(other)


def test_whoever_reads_the_same_ground_is_shown_what_was_counted_once(life, monkeypatch):
    monkeypatch.setattr(figures_lately, "KEPT_FOR", timedelta(minutes=10))
    monkeypatch.setattr(figures_lately, "_kept", {})
    one, august = actor_named("luoshizhang"), Narrowing(named("2026-08"))
    colleague = replace(one, user_id=0, posts=tuple(replace(post, post_id=0) for post in one.posts))
    elsewhere = replace(one, posts=tuple(replace(post, region_path=f"{post.region_path}7/") for post in one.posts))
    barred = replace(one, posts=tuple(replace(post, unit_path=f"{post.unit_path}7/") for post in one.posts))
    first = figures_lately.report(one, august)
    assert figures_lately.report(colleague, august) is first
    assert all(figures_lately.report(another, august) is not first for another in (elsewhere, barred))


def links_of(reader):
    return re.findall(r'href="/figures/([a-z_]+/(?:part|whole))\?[^"]*">(\d+)<', reader.html)
