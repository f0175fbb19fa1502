"""What every page must keep, whoever it is for and however wide it is shown."""

from tests.shared import IS_DRILL
from tests.web import site

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FAULTS = """result => result.violations.map(
  v => v.id + ' ×' + v.nodes.length + ': ' + v.nodes[0].target.join(' ') + ' '
    + (v.nodes[0].any[0] || v.nodes[0].all[0] || v.nodes[0].none[0] || {message: ''}).message)"""
AXE = f"""async ([tags, contrast, targets, sheets]) => ({FAULTS})(await axe.run(document, {{
    runOnly: tags, resultTypes: ['violations'], preload: sheets,
    rules: {{'color-contrast': {{enabled: contrast}}, 'target-size': {{enabled: targets}}}},
  }}))"""
# Most of axe's time goes into contrast, and the twenty rows of a list are painted alike, as are the heads of a hundred
# pages: what is written in the same hand on the same ground need not be looked at again.
LOOKED_AT = set()
CONTRAST = f"""async seen => {{
  const kinds = new Map(), clear = new Set(['rgba(0, 0, 0, 0)', 'transparent']);
  const ground = e => {{
    const s = e && getComputedStyle(e), is_clear = s && clear.has(s.backgroundColor) && s.backgroundImage == 'none';
    return is_clear ? ground(e.parentElement) : s && s.backgroundColor + s.backgroundImage;
  }};
  for (const e of document.querySelectorAll('body *')) {{
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const s = getComputedStyle(e), kind = [s.color, s.fontSize, s.fontWeight, s.opacity, ground(e)].join();
    if (!seen.includes(kind) && !kinds.has(kind) && e.getClientRects().length) kinds.set(kind, e);
  }}
  const only = {{type: 'rule', values: ['color-contrast']}}, options = {{runOnly: only, resultTypes: ['violations']}};
  const run = async () => ({FAULTS})(await axe.run([...kinds.values()], {{...options, preload: false}}));
  return [kinds.size ? await run() : [], [...kinds.keys()]];
}}"""
UNFOLD = "() => document.querySelectorAll('main details, footer details').forEach(d => { d.open = true; })"

HOUSE = """() => {
  const d = document, all = s => [...d.querySelectorAll(s)], bad = [];
  const heads = all('h1').map(h => h.textContent.trim());
  const title = d.title.replace(/^有错误：/, '');
  if (heads.length !== 1 || !heads[0] || !title.startsWith(heads[0])) bad.push(`h1 ${heads} under ${title}`);
  const ids = all('[id]').map(e => e.id), twice = ids.filter((id, i) => ids.indexOf(id) !== i);
  if (twice.length) bad.push(`ids twice: ${twice}`);
  for (const e of all('input:not([type=hidden]),select,textarea'))
    if (!e.labels.length && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby'))
      bad.push(`no label: ${e.name}`);
  for (const e of all('[required],[pattern]')) bad.push(`the browser checks ${e.name}`);
  for (const f of all('form')) {
    if (!f.hasAttribute('action') && f.method !== 'dialog') bad.push('a form without an action');
    if (f.method === 'post' && !f.querySelector('[name$=csrf_token]')) bad.push(`no CSRF token: ${f.action}`);
    if (f.method === 'post' && !f.noValidate && f.querySelector('input:not([type=hidden]),select,textarea'))
      bad.push(`validates: ${f.action}`);
  }
  for (const e of all('[style],[onclick]')) if (!e.closest('svg')) bad.push(`inline: ${e.tagName}`);
  for (const e of all('[aria-describedby],[aria-labelledby],[for]'))
    for (const name of ['aria-describedby', 'aria-labelledby', 'for'])
      for (const id of (e.getAttribute(name) || '').split(' ').filter(Boolean))
        if (!d.getElementById(id)) bad.push(`${name} leads nowhere: ${id}`);
  return bad;
}"""

FIT = """() => {
  const d = document, bad = [], wide = d.documentElement.scrollWidth - d.documentElement.clientWidth;
  if (wide > 0) {
    const out = [...d.querySelectorAll('main *')].find(e => e.getBoundingClientRect().right > innerWidth + 1);
    bad.push(`${wide} px too wide, first ${out ? out.tagName + '.' + out.className : '?'}`);
  }
  for (const e of d.querySelectorAll('main .btn, main .item__t, main .light, main .tag, main .rcp, main .mini')) {
    const panel = e.closest('.panel'), box = e.getBoundingClientRect();
    if (!panel || !box.width || e.closest('.scroll-x, .seg, .tabs, dialog, .vh')) continue;
    const edge = panel.getBoundingClientRect();
    if (box.right > edge.right + 1 || box.left < edge.left - 1)
      bad.push(`outside its panel: ${e.className} ${e.textContent.trim().slice(0, 20)}`);
    if (e.matches('.item__t') && box.width < 60) bad.push(`squeezed: ${e.textContent.trim().slice(0, 20)}`);
  }
  return bad.slice(0, 3);
}"""


def house(page):
    """Faults of the document itself: headings, ids, labels, forms."""
    page.evaluate(UNFOLD)
    return page.evaluate(HOUSE)


def fit(page):
    """Faults of the layout at the present width: nothing sticks out, nothing is squeezed away."""
    return page.evaluate(FIT)


def axe(page, *, contrast=True, targets=True):
    """What axe finds wrong; ``contrast`` of one of each kind of text, in a drill of every text by the style sheet.

    Half of the rest of its time goes into ``targets``, whether they are large enough and apart: that is for fingers.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.add_script_tag(url=site.AXE)
    faults = page.evaluate(AXE, [TAGS, contrast and IS_DRILL, targets or IS_DRILL, IS_DRILL])
    return faults + pale(page) if contrast and not IS_DRILL else faults


def pale(page):
    """Texts that can hardly be read, of the kinds that no page showed before."""
    faults, kinds = page.evaluate(CONTRAST, list(LOOKED_AT))
    LOOKED_AT.update(() if faults else kinds)
    return faults
