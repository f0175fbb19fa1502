"""What is installed is named exactly, and nothing third-party is kept in the repository."""

import configparser
import json
import re

import pytest

import config

OPTIONS = configparser.ConfigParser()
OPTIONS.read(config.HERE / "setup.cfg")
REQUIREMENTS = "\n".join([OPTIONS["options"]["install_requires"], *OPTIONS["options.extras_require"].values()]).split()
LOCK = json.loads((config.HERE / "package-lock.json").read_text())


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_every_package_is_pinned(requirement):
    assert re.fullmatch(r"[A-Za-z0-9.-]+(\[[a-z0-9]+\])?==[0-9.]+", requirement)


def test_the_lock_file_names_no_server():
    assert not any("resolved" in package for package in LOCK["packages"].values())


def test_the_lock_file_seals_what_it_locks():
    assert all(package["integrity"].startswith("sha512-") for name, package in LOCK["packages"].items() if name)


def test_every_vendored_file_comes_from_a_locked_package():
    for source in json.loads((config.HERE / "vendor.json").read_text()):
        assert "node_modules/" + source.split("/")[0] in LOCK["packages"]
