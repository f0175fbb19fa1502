"""A server that is killed in the middle of an import: nothing is half there, and the next one goes on."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.base import db
from models.directory import Enterprise, ImportBatch, ImportIssue, ImportKind, ImportState, StagedEnterprise
from operations.access.actor import SYSTEM
from operations.directory.imports import batches, progress, running
from tests.importing import firm, rules
from tests.shared import some

ROWS = 2500
ROOT = Path(__file__).resolve().parents[3]


def csv_of(count):
    rows = [firm(number) for number in range(count)]
    rows[7]["联系电话"] = "12"
    heads = list(rows[0])
    return "\n".join(",".join(map(str, line)) for line in (heads, *(row.values() for row in rows))).encode()


def count(model):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def received(city, tmp_path):
    stream = io.BytesIO(csv_of(ROWS))
    batch = batches.receive(
        stream, "填报.csv", kind=ImportKind.ENTERPRISES, actor=SYSTEM, unit_id=None, rules=rules(tmp_path)
    )
    return batch.id


def kill_in_the_middle(database_url, folder, batch_id, moment):
    db.session.remove()
    words = [sys.executable, "-m", "tests.operations.directory.importer", database_url, folder, str(batch_id), moment]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == -9, done.stderr


@pytest.mark.parametrize("moment", some(["taking", "staging"], 2))
def test_a_killed_import_is_nowhere_half_and_goes_on(received, database_url, tmp_path, moment):
    before = count(Enterprise)

    kill_in_the_middle(database_url, tmp_path, received, moment)

    batch = db.session.get_one(ImportBatch, received)
    assert count(Enterprise) == before
    if moment == "staging":
        assert (batch.state, batch.rows_done) == (ImportState.CHECKING, 1500) and count(StagedEnterprise) == 1499
        assert "目录里还没有任何变化" in progress.of(batch).words
    else:
        assert batch.state is ImportState.IMPORTING and "不会只写一半" in progress.of(batch).words
    assert running.waiting() == [received]

    done = running.run(received, rules=rules(tmp_path), takes_good_rows=True)

    assert (done.state, done.new_count, done.bad_count) == (ImportState.IMPORTED, ROWS - 1, 1)
    assert count(Enterprise) == before + ROWS - 1
    assert count(StagedEnterprise) == 0 and count(ImportIssue) == 1
