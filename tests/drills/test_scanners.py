"""R12: wapiti, sqlmap and schemathesis, as every role, find nothing; and what is planted for them they find."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from app import create_app
from benchmarks import postgres
from models import clock
from operations.access.people import actor_named
from operations.hall import systems
from tests.conftest import IN_CI, SettledCity, build_city, settings_for
from tests.drills import hall_interface, scanners
from tests.drills.scanners import SCANNERS, Visitor
from tests.drills.site import Site, wait_for
from tests.drills.sizes import SIZE
from tests.security import town as towns
from tests.security.description import Told, described
from tests.security.doors import Door, doors_of
from tests.security.matrix import WHO
from tests.shared import IS_DRILL

pytestmark = pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill")

# ROLES=hengzha,wujie for some of them.
ROLES = os.environ["ROLES"].split(",") if "ROLES" in os.environ else ("hengzha", "wujie") if SIZE == "small" else WHO
# Words of a finding → why it is none.
KNOWN = {
    "Secure flag is not set": "the drill's site speaks plain http; production sets it (tests/test_config.py)",
}
FEWEST_PAGES, FEWEST_RULES = 30, 15
LASTING = dict.fromkeys(("PROVEN_FOR", "SESSION_IDLE", "SESSION_IDLE_PRIVILEGED", "PERMANENT_SESSION_LIFETIME"), "2d")
HOLES = [Door("GET", "/holes/told", {"words": ["x"]}), Door("GET", "/holes/sql", {"name": ["云州市财政局"]}),
         Door("GET", "/holes/on", {"to": ["/login"]}), Door("GET", "/holes/breaks", {"number": ["1"]})]
# What each must come upon.
FOUND = {"schemathesis": ("/holes/breaks",), "sqlmap": ("/holes/sql",),
         "wapiti3": ("/holes/sql", "/holes/told", "/holes/on")}


@pytest.fixture(autouse=True)
def installed():
    if not all(scanner.path.exists() for scanner in SCANNERS.values()):
        (pytest.fail if IN_CI else pytest.skip)("no scanners here: make scanners")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Everything of the security tests' town stands on it, and nobody is signed out for taking their time."""
    try:
        server = postgres.Server()
    except postgres.NoServer as missing:
        pytest.skip(str(missing))
    postgres.wait_until_ready(server.url)
    with Site(tmp_path_factory.mktemp("site"), server.url, entry="tests.drills.scanned:app", **LASTING) as site:
        with site.look():
            build_city()
            with clock.standing_at(towns.NOW):
                site.names = towns.build(SettledCity()) | {"key": "A" * 22, "code": "0" * 16}
        site.url_map = create_app(settings_for(server.url)).url_map
        site.serve()
        wait_for(site.port)
        yield site
    server.stop()


@pytest.fixture(scope="module")
def hall_key(site):
    """The name and the secret that the hall's own computer signs by."""
    with site.look():
        made = systems.make_key(site.names["hall"], actor=actor_named("dengli"),
                                site_key=Path(site.environment["VAR_DIR"], "secret").read_text().strip())
    return dict(zip(("key", "secret"), made, strict=True))


def description_for(visitor, site, folder):
    """What this role can send, and the holes."""
    doors = [door for door in doors_of(visitor.username, visitor.opens, site.names).values() if not door.leads_out]
    described_as = folder / "description.json"
    told = described(doors, site.url_map) | {"servers": [{"url": visitor.address}]}
    told["paths"] |= holes()
    described_as.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return described_as


def holes():
    told = {}
    for door in HOLES:
        one = Told()
        one.add({}, door)
        told[door.path] = {"get": one.operation()}
    return told


def answers_since(site, place):
    """How often the site has answered with what since its log was so long; and which of its own rules."""
    codes, rules, broken = Counter(), set(), set()
    with site.log.open() as lines:
        lines.seek(place)
        for line in lines:
            said = json.loads(line) if line.startswith("{") else {}
            if said.get("says") == "answered" and not (said["rule"] or "").startswith("/holes"):
                codes[said["status"]] += 1
                rules |= {said["rule"]} if said["status"] in (200, 302) else set()
                broken |= {said["rule"]} if said["status"] >= 500 else set()
    return codes, rules, broken


@pytest.mark.parametrize("name", SCANNERS)
def test_a_scanner_of_any_role_finds_what_is_planted_and_nothing_else(name, site, tmp_path, measured):
    scanner, found, total = SCANNERS[name], {}, Counter()
    for username in ROLES:
        folder, visitor = tmp_path / username, Visitor(site.port, username)
        folder.mkdir()
        description = description_for(visitor, site, folder)
        place = site.log.stat().st_size
        findings = scanner.run(visitor, description, folder)
        codes, rules, broken = answers_since(site, place)
        total += codes
        assert visitor.is_signed_in, f"{username} was signed out on the way"
        assert codes[200] + codes[302] > FEWEST_PAGES and len(rules) > FEWEST_RULES, (username, codes)
        asleep = [hole for hole in FOUND[name] if not any(hole in finding for finding in findings)]
        assert asleep == [], f"{username}: {name} overlooks what is planted: {findings}"
        new = [finding for finding in findings if "/holes/" not in finding and not any(map(finding.count, KNOWN))]
        if new or broken:
            found[username] = [*new, *(f"5xx at {rule}" for rule in broken)]

    assert found == {}
    measured(f"{len(ROLES)} 种人", f"{sum(total.values()):,} 次请求，{total[200] + total[302]:,} 次进了页面，0 项；埋下的都找到")


def test_the_halls_interface_answers_as_it_is_described(site, hall_key, tmp_path, measured):
    description, place = tmp_path / "hall.json", site.log.stat().st_size
    description.write_text(json.dumps(hall_interface.DESCRIPTION))
    findings = scanners.as_the_hall(f"http://127.0.0.1:{site.port}", description, tmp_path, **hall_key)
    codes, _, broken = answers_since(site, place)

    assert (findings, broken) == ([], set())
    assert codes[200] > sum(codes.values()) / 4, codes
    measured(f"{sum(codes.values()):,} 次请求", f"{codes[200]:,} 次收下，都与说明相符，5xx 0 次")
