"""The rules that every page is held to can be broken: a fault put into a page is found."""

import pytest

from tests.web import rules

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")  # pages know no engine
PALE = "() => { [...document.querySelectorAll('main a, main p')].at(-1).style.color = '#ccc' }"
NAMELESS = "() => { document.querySelector('main').append(document.createElement('button')) }"
WIDE = "() => { document.querySelector('main h1').style.width = '5000px' }"


@pytest.mark.parametrize(
    "fault, look, found",
    [(PALE, rules.axe, "color-contrast"), (NAMELESS, rules.axe, "button-name"), (WIDE, rules.fit, "too wide")],
)
def test_a_fault_is_found(site, visit, fault, look, found):
    page = visit("liumin", path="/account").page
    assert look(page) == []
    page.evaluate(fault)
    assert any(found in words for words in look(page))
