"""Templates translated where the program is installed are read, not translated again, nor believed blindly."""

import runpy

import pytest
from flask import Flask, render_template
from jinja2 import DictLoader, Environment

import config
from app import at_start, loading, translated
from tests.conftest import settings_for
from tools import precompile

STAMP = "0123456789"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(translated, "FOLDER", tmp_path / "templates")


@pytest.fixture
def site():
    """Makes a process of a site whose templates are these."""
    def started(stamp=STAMP, **templates):
        one = Flask("app")
        one.jinja_env.loader = DictLoader(templates)
        translated.register(one, stamp=stamp)
        return one
    return started


@pytest.fixture
def asked(monkeypatch):
    """The templates that had to be translated."""
    names, real = [], Environment.compile
    monkeypatch.setattr(Environment, "compile", lambda self, source, name=None, *rest, **more: (
        names.append(name), real(self, source, name, *rest, **more))[1])
    return names


def make(site):
    return site.jinja_env.bytecode_cache.make(site.jinja_env)


def shown(site, name="page"):
    with site.test_request_context():
        return render_template(name)


def test_what_was_made_is_read_by_every_process(site, asked):
    templates = {"base": "<{% block body %}{% endblock %}>",
                 "page": "{% extends 'base' %}{% block body %}好{% endblock %}"}
    assert make(site(**templates)) == 2
    asked.clear()
    assert shown(site(**templates)) == "<好>" and asked == []


def test_another_source_or_another_stamp_is_translated_anew(site, asked):
    make(site(page="旧"))
    asked.clear()
    assert shown(site(page="新")) == "新" and asked == ["page"]
    assert shown(site(page="旧", stamp="9876543210")) == "旧" and asked == ["page", "page"]


def test_a_running_site_writes_nothing(site, tmp_path):
    assert shown(site(page="好")) == "好" and list(tmp_path.iterdir()) == []


def test_what_was_made_before_is_forgotten(site, tmp_path):
    make(site(page="旧", stamp="9876543210"))
    make(site(page="新"))
    assert [one.name.partition("-")[0] for one in (tmp_path / "templates").iterdir()] == [STAMP]


@pytest.mark.parametrize("spoilt", [b"", b"j2", b"nothing of ours" * 10])
def test_a_spoilt_file_is_passed_over(site, tmp_path, spoilt):
    make(site(page="好"))
    for made in (tmp_path / "templates").rglob("*"):
        if made.is_file():
            made.write_bytes(spoilt)
    assert shown(site(page="好")) == "好"


def test_an_upgrade_changes_nothing_for_a_process_that_still_answers(site):
    many = {f"page{number}": "旧" for number in range(401)}
    make(site(**many))
    running = site(**many)
    translated.hold(running)
    running.jinja_env.loader.mapping.update(dict.fromkeys(many, "{{ new.word() }}"))
    assert {shown(running, name) for name in many} == {"旧"}


def test_the_sites_own_are_made_by_whoever_installs_it_and_held_by_each_worker(asked, monkeypatch, tmp_path):
    monkeypatch.setattr(precompile, "PROGRAM", ("wsgi.py",))
    assert precompile.main() == 0 and len(asked) > 300
    asked.clear()
    monkeypatch.setattr(config, "from_environment", lambda: settings_for(f"sqlite:///{tmp_path}/none.sqlite3"))
    monkeypatch.setattr(at_start, "ensure_migrated", lambda _app: None)
    monkeypatch.setattr(loading, "settle", lambda *_thresholds: None)
    held = runpy.run_path(str(config.HERE / "wsgi.py"))["app"].jinja_env
    assert {name for _loader, name in held.cache} == set(held.list_templates()) and asked == []
