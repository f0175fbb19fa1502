"""What is generated is as it would be generated now: `make docs` mends every failure here."""

import re
from pathlib import Path

import pytest

from models.tickets import Act, Status
from tests.drills import promises
from tools import schedule_doc, settings_doc, workflow_doc

HERE = Path(__file__).parent
THREATS = HERE.parent / "docs" / "security" / "threats.md"


@pytest.mark.parametrize("made", [settings_doc, workflow_doc, schedule_doc], ids=lambda made: made.TARGET.name)
def test_the_document_is_current(made):
    assert made.TARGET.read_text(encoding="utf-8") == made.document()


def test_the_workflow_names_every_act_and_every_status():
    told = workflow_doc.document()
    assert [act for act in Act if f"`{act}`" not in told] == []
    assert [status for status in Status if f"`{status}`" not in told] == []


def test_every_abuse_case_is_told_and_its_tests_are_there():
    rows = [line for line in THREATS.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)]
    assert [int(row.split("|")[1]) for row in rows] == list(range(1, 46))
    for row in rows:
        named = re.findall(r"`([\w/]+\.py)::(\w+)`", row)
        lacking = [f"{path}::{name}" for path, name in named if f"def {name}(" not in (HERE / path).read_text("utf-8")]
        assert named and not lacking, row[:60]


def test_every_promise_is_told_and_its_tests_and_drills_are_there():
    assert list(promises.PROMISES) == [f"R{number}" for number in range(1, 21)]
    assert promises.TARGET.read_text(encoding="utf-8") == promises.document(promises.results())
    for number, promise in promises.PROMISES.items():
        named = [name.split("::") for name in (*promise.tests, *promise.drills)]
        lacking = [f"{path}::{name}" for path, name in named if f"def {name}(" not in (HERE / path).read_text("utf-8")]
        assert (named or promise.lacks) and not lacking, number
