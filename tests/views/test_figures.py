"""指标 on its pages: every figure opens both of its lists, a unit's leader sees the own unit alone."""

import re

from operations.insight.figures import FIGURES


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
