"""The stock scanners, each let at the site as somebody signed in, with a description of what that role can send."""

import csv
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import requests

from config import HERE
from operations.demo import city as demo_city
from tests.drills.sizes import sized
from tests.security.caller import TOKEN
from tests.security.description import UPLOAD
from tests.security.doors import LEAVING
from tests.security.matrix import ANYBODY
from tests.views.guest import Page

ROOM = HERE / ".venv" / "scanners"
AGENT, FORGETTING = "scanner", "X-Forgets: 1"  # as scanned.py has it
HIDDEN = re.compile(r'name="(csrf_token|form_key)"[^>]*value="([^"]+)"')
# Without what calls addresses outside (ssrf, xxe), knocks at names of other programs (nikto, cms), or takes every page
# that differs for a directory of people (ldap).
MODULES = "xss,crlf,redirect,csrf,upload,htaccess,methods,cookieflags,csp,http_headers"
SLOW = "sql,timesql,exec,file"  # thousands of requests a page; what breaks a statement sqlmap looks for
# More has only the form of a list with a box for each value: of n boxes of one name it makes n² attacks. The address of
# the list has each name once.
MOST_FIELDS = 26
ON_EVERY_PAGE = ("/text-size",)  # each time with another address in it
CASES = sized(5, 10, 400)  # of schemathesis, for each operation
# Of each module, of looking for forms, and of all: whatever is cut short by it is told as found.
ATTACK_SECONDS, SCAN_SECONDS, SQL_SECONDS = sized(300, 600, 3600), sized(60, 120, 600), sized(900, 1800, 7200)


class Visitor:
    """Somebody who has signed in over HTTP, and what their browser holds."""

    def __init__(self, port, username):
        self.address, self.session, self.username = f"http://127.0.0.1:{port}", requests.Session(), username
        self.session.headers["User-Agent"] = AGENT
        if username != ANYBODY:
            fields = dict(HIDDEN.findall(self.gets("/login").text))
            fields |= {"username": username, "password": demo_city.PASSWORD}
            answer = self.session.post(f"{self.address}/login", data=fields, allow_redirects=False, timeout=60)
            assert answer.status_code == 302, username
        self.token = TOKEN.search(self.gets("/login" if username == ANYBODY else "/account").text)[1]

    def gets(self, path):
        return self.session.get(self.address + path, allow_redirects=False, timeout=60)

    def opens(self, path):
        return Page(Answer(self.gets(path)))

    @property
    def cookie(self):
        return "; ".join(f"{one.name}={one.value}" for one in self.session.cookies)

    @property
    def is_signed_in(self):
        return self.username == ANYBODY or self.gets("/account").status_code == 200


class Answer:
    """An answer over HTTP, read as those of the test client are."""

    def __init__(self, answer):
        self.status_code, self.headers, self.content = answer.status_code, answer.headers, answer.content
        self.mimetype = answer.headers.get("Content-Type", "").partition(";")[0]

    def get_data(self):
        return self.content

    def close(self):
        """It has been read to its end."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """``run(visitor, description, folder)`` lists what it has found.

    One that ``is_slow`` is given each page once, as the first role that can open it.
    """

    name: str
    program: str
    run: object
    is_slow: bool = False

    @property
    def path(self):
        return ROOM / self.name / "bin" / self.program


def started(scanner, folder, *words, **environment):
    """It runs to its end; the file of what it says."""
    said, command = Path(folder, f"{scanner}.said"), [SCANNERS[scanner].path, *map(str, words)]
    with said.open("w") as stream:
        subprocess.run(command, cwd=folder, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=stream,
                       stderr=stream, check=False)
    return said


def with_schemathesis(visitor, description, folder):
    return cases_of(
        visitor.address, description, folder, "--header", f"Cookie: {visitor.cookie}", "--header", FORGETTING,
        "--header", f"X-CSRFToken: {visitor.token}", "--checks", "not_a_server_error", "--max-redirects", 0,
    )


def as_the_hall(address, description, folder, *, key, secret):
    """Signed, and each answer held against the description."""
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    return cases_of(address, description, folder, "--checks", checks, HALL_KEY=key, HALL_SECRET=secret,
                    SCHEMATHESIS_HOOKS=str(HERE / "tests" / "drills" / "hall_interface.py"))


def cases_of(address, description, folder, *words, **environment):
    said = started(
        "schemathesis", folder, "run", description, "--url", address, "--header", f"User-Agent: {AGENT}", *words,
        "--phases", "examples,coverage,fuzzing", "--max-examples", CASES, "--continue-on-failure", "--no-shrink",
        "--suppress-health-check", "all", "--warnings", "off", "--report-json-path", "schemathesis.json", **environment,
    )
    report = Path(folder, "schemathesis.json")
    assert report.exists(), said.read_text()[-2000:]
    told = json.loads(report.read_text())
    assert told["operations"]["tested"] == told["operations"]["total"] and not told["errors"], told["errors"][:3]
    return [json.dumps(failure, ensure_ascii=False)[:1500] for failure in told["failures"]]


def with_wapiti(visitor, description, folder):
    """Everything at each form as it stood; then what may show to somebody else, for which it must be kept."""
    modules = f"{MODULES},{SLOW}" if sized(0, 0, 1) else MODULES
    return [*attacked(visitor, description, folder / "at", modules, "-H", FORGETTING),
            *attacked(visitor, description, folder / "kept", "xss,permanentxss")]


def attacked(visitor, description, folder, modules, *words):
    """It is told the pages alone: their forms it finds by itself, with everything in them that belongs together."""
    folder.mkdir()
    described = json.loads(description.read_text())
    pages = [part for path in pages_of(described) for part in ("-s", visitor.address + path)]
    of_others = [path for path in ON_EVERY_PAGE if path not in described["paths"]]
    out = [part for path in (*LEAVING, *of_others, "/static/") for part in ("-x", f"{visitor.address}{path}*")]
    known = [part for name in asked_for(described) for part in ("-r", name)]  # in links; the pages above have them all
    said = started(
        "wapiti3", folder, "-u", f"{visitor.address}/", *pages, *out, *known, "-C", visitor.cookie, "-A", AGENT, *words,
        "--skip", "csrf_token", "--skip", "form_key", "--max-parameters", MOST_FIELDS, "-m", modules,
        "-d", 1, "-S", "paranoid", "--flush-session", "--max-scan-time", SCAN_SECONDS,
        "--max-attack-time", ATTACK_SECONDS, "--store-session", folder, "--no-bugreport", "-f", "json",
        "-o", "wapiti.json",
    )
    report, says = folder / "wapiti.json", said.read_text()
    assert report.exists(), says[-2000:]
    told = json.loads(report.read_text())
    return [f"{kind}: {one['method']} {one['path']} {one['parameter']}: {one['info']}"
            for part in ("vulnerabilities", "anomalies") for kind, found in told[part].items() for one in found
            ] + re.findall(".*time was reached.*", says)


def pages_of(description):
    """An address of each page, with the first value that is told of each name."""
    for path, methods in description["paths"].items():
        if "get" in methods:
            told = {place: {} for place in ("path", "query")}
            for one in methods["get"]["parameters"]:
                told[one["in"]][one["name"]] = one["example"]
            yield path.format(**told["path"]) + (f"?{urlencode(told['query'])}" if told["query"] else "")


def asked_for(described):
    """The names that addresses have in their queries."""
    return sorted({one["name"] for methods in described["paths"].values() if "get" in methods
                   for one in methods["get"]["parameters"] if one["in"] == "query"})


def with_sqlmap(visitor, description, folder):
    """Every name gets what breaks a statement; of one that breaks without a word, the site's log tells."""
    forms, depth = Path(folder, "forms.json"), () if sized(0, 0, 1) else ("--smart", "--technique", "E")
    forms.write_text(json.dumps(without_files(json.loads(description.read_text()))))
    said = started(
        "sqlmap", folder, "--openapi", forms, "--cookie", visitor.cookie,
        "--headers", f"X-CSRFToken: {visitor.token}\n{FORGETTING}", "-A", AGENT, "--batch", *depth,
        "--answers", "further tests=N", "--dbms", "postgresql", "--randomize", "form_key", "--skip-waf",
        "--ignore-redirects", "--drop-set-cookie", "--flush-session", "--disable-coloring",
        "--time-limit", SQL_SECONDS, "--output-dir", folder,
    )
    reports = list(Path(folder).glob("results-*.csv"))
    assert reports, said.read_text()[-2000:]
    return [" ".join(filter(None, row.values())) for report in reports
            for row in csv.DictReader(report.read_text().splitlines())]


def without_files(description):
    """The fields of a form with files are taken as those of any other; a form of both kinds sqlmap passes over."""
    for methods in description["paths"].values():
        for operation in methods.values():
            for told in operation.get("requestBody", {}).get("content", {}).values():
                told["schema"]["properties"] = {name: field for name, field in told["schema"]["properties"].items()
                                                if field != UPLOAD}
                operation["requestBody"]["content"] = {"application/x-www-form-urlencoded": told}
    return description


SCANNERS = {scanner.name: scanner for scanner in (
    Scanner("schemathesis", "st", with_schemathesis, is_slow=not sized(0, 0, 1)),
    Scanner("wapiti3", "wapiti", with_wapiti, is_slow=not sized(0, 0, 1)),
    Scanner("sqlmap", "sqlmap", with_sqlmap),
)}
