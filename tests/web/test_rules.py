"""The rules that every page is held to can be broken: a fault put into a page is found."""

import pytest

from tests.web import rules

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")  # pages know no engine
PALE = "() => { [...document.querySelectorAll('main a, main p')].at(-1).style.color = '#ccc' }"
NAMELESS = "() => { document.querySelector('main').append(document.createElement('button')) }"
TINY = """() => [1, 2].forEach(n => {
  const e = Object.assign(document.createElement('button'), {innerText: n});
  e.style.cssText = 'all: unset; display: block; width: 9px; height: 9px';
  document.querySelector('main').append(e);
})"""
WIDE = "() => { document.querySelector('main h1').style.width = '5000px' }"


@pytest.mark.parametrize(
    "fault, look, found",
    [(PALE, rules.axe, "color-contrast"), (NAMELESS, rules.axe, "button-name"),
     (TINY, rules.axe, "target-size"), (WIDE, rules.fit, "too wide")],
)
def test_a_fault_is_found(site, visit, fault, look, found):
    page = visit("liumin", path="/account").page
    assert look(page) == []
    page.evaluate(fault)
    assert any(found in words for words in look(page))
