"""The leader's page: five numbers, each that of the list it leads to."""

import re
from html import unescape

import pytest

from tests.views.pressed import three_late

TILE = re.compile(r'<a class="tile" href="([^"]+)"><span class="tile__v[^"]*">(\d+)</span>([^<]+)</a>')


@pytest.fixture
def pressed(city):
    pressed = three_late(city).answered("宗地图与红线不符", "gaofeng").late("路灯不亮", days=7)
    return pressed.at("2026-08-31 17:40").sweep()


@pytest.mark.parametrize("username", ["luoshizhang", "hening"])
def test_each_number_is_that_of_the_list_it_leads_to(pressed, sign_in, username):
    with pressed.here():
        reader = sign_in(username)
        reader.get("/brief")
        told = {unescape(url): int(number) for url, number, _ in TILE.findall(reader.html)}
        assert len(told) == 5 and sum(told.values()) > 5
        for url, number in told.items():
            assert reader.get(url) == 200
            assert reader.html.count("data-row") == number, url


def test_the_worst_and_the_units_lead_where_they_say(pressed, sign_in):
    with pressed.here():
        reader = sign_in("luoshizhang")
        reader.get("/brief")
        assert f"/tickets/{pressed.lives['送电迟迟没有答复'].number}/instruct" in reader.html
        units = re.findall(r'href="(/tickets\?overdue=1&amp;unit=[^"]+)"', reader.html)
        counts = [int(number) for number in re.findall(r'class="b red">(\d+) 件', reader.html)]
        for url, number in zip(units, counts, strict=True):
            reader.get(unescape(url))
            assert reader.html.count("data-row") == number


def test_only_a_leader_is_offered_to_instruct(pressed, sign_in):
    with pressed.here():
        reader = sign_in("hening")
        reader.get("/brief")
    assert "/instruct" not in reader.html


@pytest.mark.parametrize("username", ["wujie", "qianwei", "zhoujian", "hengzha", "admin"])
def test_the_brief_is_not_there_for_others(city, sign_in, username):
    assert sign_in(username).get("/brief") == 404


def test_a_quiet_city_has_a_brief_too(city, sign_in):
    reader = sign_in("luoshizhang")
    assert reader.get("/brief") == 200 and "没有逾期的办件" in reader.text
