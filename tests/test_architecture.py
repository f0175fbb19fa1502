"""Rules about the code itself: what may import what, who may write what, and how large things may grow."""

import ast
import re
import statistics
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("wsgi", "app", "views", "jobs", "operations", "models", "witness")
MAY_IMPORT = {
    "models": {"models"},
    "operations": {"models", "operations"},
    "views": {"models", "operations", "views"},
    "jobs": {"models", "operations", "jobs"},
    "app": {"models", "operations", "views", "jobs", "app", "config", "environment", "benchmarks"},
    "wsgi": {"app", "config"},
    "witness": set(),  # it is run by others, and a second opinion borrows nothing from the first
}
MODULES = sorted(path for layer in LAYERS for path in [*(ROOT / layer).rglob("*.py"), *ROOT.glob(f"{layer}.py")])
TEMPLATES = sorted((ROOT / "app" / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "app" / "static" / "css").glob("*.css"))
BANNED_WORDS = {"manager", "helper", "util", "utils", "service", "handler", "processor", "misc", "common", "tmp"}


def for_each(paths):
    """One test for a rule over many files: it prints every offender, not the first."""

    def over_all(rule):
        def test():
            offenders = {}
            for path in paths:
                try:
                    rule(path)
                except AssertionError as broken:
                    offenders[name_of(path)] = str(broken).splitlines()[:2]
            assert offenders == {}

        test.__name__, test.__doc__ = rule.__name__, rule.__doc__
        return test

    return over_all


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def layer_of(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(node):
    """Lines of code of a function: its body without the docstring."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return body[-1].end_lineno - body[0].lineno + 1


def filled(path):
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@for_each(MODULES)
def test_imports_point_down(path):
    own = {*LAYERS, "config", "environment", "benchmarks", "tests", "tools", "migrations"}
    roots = {module.split(".")[0] for module in imported(tree_of(path))} & own
    assert roots <= MAY_IMPORT[layer_of(path)]


@for_each([p for p in MODULES if layer_of(p) in ("models", "operations")])
def test_what_people_do_knows_nothing_of_the_web(path):
    web = {"flask", "flask_login", "flask_wtf", "wtforms", "werkzeug", "apscheduler", "click"}
    assert not {module.split(".")[0] for module in imported(tree_of(path))} & web


@for_each(MODULES)
def test_nothing_is_called_that_whoever_wrote_the_text_could_turn_against_us(path):
    """No code out of text, no shell, no pickles, no weak digest; chance that must not be guessed comes from secrets."""
    called = {ast.unparse(node.func) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)}
    assert not called & {"eval", "exec", "compile", "os.system", "os.popen", "render_template_string", "hashlib.md5",
                         "hashlib.sha1", "tempfile.mktemp", "etree.parse", "etree.fromstring", "marshal.load",
                         "marshal.loads"}
    loaded = {module.split(".")[0] for module in imported(tree_of(path))}
    assert not loaded & {"pickle", "shelve", "yaml"}
    assert "random" not in loaded or "demo" in path.parts
    assert "shell=True" not in path.read_text(encoding="utf-8")


@for_each(MODULES)
def test_no_import_hides_in_a_function(path):
    hidden = [
        node.lineno
        for function in functions(tree_of(path))
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def writers_of(attribute):
    return {
        name_of(path)
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Assign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for part in ast.walk(target)
        if isinstance(part, ast.Attribute) and part.attr == attribute
    }


def test_only_advance_writes_a_status():
    assert writers_of("status") == {"operations/tickets/advance.py"}


def test_only_the_clocks_write_a_due_date():
    assert writers_of("due_version") == {"operations/clocks/clocks.py", "operations/clocks/recomputation.py"}


def test_one_module_asks_what_time_it_is():
    asked = re.compile(r"datetime\.(?:now|utcnow|today)\(|date\.today\(|(?<!mono)\btime\.time\(")
    assert {name_of(path) for path in MODULES if asked.search(path.read_text())} == {"models/clock.py"}


@for_each([p for p in MODULES if layer_of(p) == "views"])
def test_views_neither_commit_nor_fetch_behind_the_scope(path):
    text = path.read_text()
    for forbidden in ("session.commit", "session.add", "db.session.get", "get_or_404", ".query(", "session.delete"):
        assert forbidden not in text, forbidden


@for_each(MODULES)
def test_no_module_function_or_class_has_an_empty_name(path):
    nodes = [n for n in ast.walk(tree_of(path)) if isinstance(n, ast.ClassDef | ast.FunctionDef)]
    names = {path.stem, *(re.sub(r"(?<!^)(?=[A-Z])", "_", node.name).lower() for node in nodes)}
    assert not {name for name in names if BANNED_WORDS & set(name.split("_"))}


@for_each(MODULES)
def test_every_module_says_what_belongs_in_it(path):
    assert path.name == "__init__.py" and not path.read_text().strip() or ast.get_docstring(tree_of(path))


@for_each([p for p in MODULES if layer_of(p) != "models"])
def test_every_public_function_has_a_docstring(path):
    bare = [
        node.name
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert bare == []


@for_each(MODULES)
def test_files_and_functions_stay_small(path):
    assert len(filled(path)) <= 300
    assert {f.name: length(f) for f in functions(tree_of(path)) if length(f) > 40} == {}


def test_the_typical_function_is_short():
    lengths = sorted(length(function) for path in MODULES for function in functions(tree_of(path)))
    assert statistics.median(lengths) <= 6
    assert lengths[int(len(lengths) * 0.95)] <= 20


@for_each(TEMPLATES)
def test_templates_stay_small_and_obey_the_content_security_policy(path):
    text = path.read_text(encoding="utf-8")
    assert len(filled(path)) <= 120
    assert not re.search(r"""\sstyle=|\son[a-z]+=["']|<script(?![^>]*\bsrc=)|(?:src|href)=["']https?:""", text)


@for_each(STYLES)
def test_styles_are_understood_by_the_oldest_browser_in_use(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for young in (":has(", "color-mix(", "oklch(", "@layer", "@container", "dvh", "light-dark("):
        assert young not in text
    sizes = [float(size) for size in re.findall(r"font-size:\s*(\.?\d*\.?\d+)rem", text)]
    assert all(size >= 0.875 for size in sizes)
