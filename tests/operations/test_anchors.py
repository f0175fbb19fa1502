"""What a chain alone cannot show: its owner wrote it anew, or cut its end. Anchors outside the database do (R15)."""

import dataclasses
import json
import random
import stat
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
import requests
import sqlalchemy as sa
from sqlalchemy import select

import witness
from models import clock
from models.anchors import Anchor, AnchorReceipt
from models.base import db
from models.log import Event, LogHead
from operations import log as sealed
from operations import protection, sealed_log, verification
from operations.anchors import anchoring, book, checking, shown, standing
from operations.anchors.keys import public_keys
from operations.backup import restoring, settling
from operations.base import operation
from operations.errors import Refused
from operations.log import link_hash
from tests.conftest import settle_city
from tests.eventful import eventful
from tests.operations.test_backup import BLANK
from tests.operations.test_verification import behind_our_back
from tests.shared import IS_DRILL

pytestmark = pytest.mark.shares_rows
TRIES = 200 if IS_DRILL else 1
REDONE = """replace(body, '"result":"done"', '"result":"redo"')"""


@pytest.fixture(scope="module")
def plan(app, database, tmp_path_factory):
    """A log with nearly every kind of event, half of it hashed by SM3, under three anchors."""
    room = tmp_path_factory.mktemp("anchors")
    plan = anchoring.Plan(room / "anchors.txt", room / "anchor.key", "", 5)
    with app.app_context():
        city = settle_city(database)
        settling.settle(BLANK)
        anchoring.anchor(plan)
        eventful(city)
        anchoring.anchor(plan)
        sealed.seal_by("sm3")
        for _ in range(3):
            settling.settle(BLANK)
        sealed.seal_by("sha256")
        settling.settle(BLANK)
        anchoring.anchor(plan)
        db.session.remove()
    database.remember("anchored")
    yield plan
    database.restore()


@pytest.fixture(autouse=True)
def whole_again(app, plan, database):
    lines = plan.file.read_text()
    yield
    db.session.remove()
    protection.watch(None)
    plan.file.write_text(lines)
    database.restore("anchored")


def found(plan):
    """What the verification with anchors says, and what the second verifier says."""
    with sealed_log.snapshot() as connection:
        ours = checking.findings(connection, book.read(plan.file), public_keys(plan.key))
    return ours + verification.verify().findings, second_opinion(plan)


def second_opinion(plan):
    with sealed_log.snapshot() as connection:
        rows = connection.exec_driver_sql(witness.ROWS).all()
    anchors = witness.read(plan.file.read_text().splitlines(), public_keys(plan.key))
    return list(witness.complaints(rows, anchors))


def test_a_log_nobody_touched_agrees_with_its_anchors(plan):
    assert found(plan) == ([], [])
    assert set(db.session.scalars(select(Event.alg))) == {"sha256", "sm3"}
    assert stat.S_IMODE(plan.key.stat().st_mode) == 0o600
    assert [json.loads(one.text)["number"] for one in book.read(plan.file)] == [1, 2, 3]
    assert plan.key.read_text() not in plan.file.read_text()


def edit(at, _):
    return [f"UPDATE events SET body = {REDONE} WHERE seq = {at}"]


def delete(at, _):
    return [f"DELETE FROM events WHERE seq = {at}"]


def swap(at, _):
    step = "UPDATE events SET seq = {} WHERE seq = {}"
    return [step.format(-9, at), step.format(at, at + 1), step.format(at + 1, -9)]


def flip(at, body):
    place = at % len(body)
    letter = chr(ord(body[place]) ^ 1).replace("'", "''")
    other = f"substr(body, 1, {place}) || '{letter}' || substr(body, {place + 2})"
    return [f"UPDATE events SET body = {other} WHERE seq = {at}"]


def cut(at, _):
    """The tail goes, and the head moves to what is left."""
    head = f"UPDATE log_head SET seq = {at}, hash = (SELECT hash FROM events WHERE seq = {at})"
    return [f"DELETE FROM event_words WHERE event_seq > {at}", f"DELETE FROM events WHERE seq > {at}", head]


def rewrite(at, _):
    """Another body, and every hash behind it as it should be."""
    rows = db.session.execute(select(Event.seq, Event.body, Event.alg, Event.prev).where(Event.seq >= at)
                              .order_by(Event.seq)).all()
    db.session.rollback()
    steps, prev = [*edit(at, ""), f"UPDATE events SET prev = 'x' || seq WHERE seq > {at}"], rows[0].prev
    for row in rows:
        body = row.body.replace('"result":"done"', '"result":"redo"') if row.seq == at else row.body
        digest = link_hash(prev, row.seq, body, row.alg)
        steps.append(f"UPDATE events SET prev = '{prev}', hash = '{digest}' WHERE seq = {row.seq}")
        prev = digest
    return [*steps, f"UPDATE log_head SET hash = '{prev}'"]


@pytest.mark.parametrize("tamper", [edit, delete, swap, flip, cut, rewrite])
def test_whatever_is_done_before_the_last_anchor_is_found(plan, database, tamper):
    """R15, of every kind: by the verification, and by the second one, which is written apart."""
    last = db.session.scalar(select(Anchor.seq).order_by(Anchor.number.desc()).limit(1))
    for attempt in range(TRIES):
        at = random.Random(f"{tamper.__name__} {attempt}").randrange(2, last - 1)
        body = db.session.scalar(select(Event.body).where(Event.seq == at))
        db.session.remove()
        behind_our_back(database, *tamper(at, body))
        ours, second = found(plan)
        assert ours and second, (tamper.__name__, at)
        db.session.remove()
        database.restore("anchored")


def test_without_anchors_a_log_written_anew_looks_whole(plan, database):
    """Why there are anchors; and what came after the last one is what an owner can still rewrite."""
    behind_our_back(database, *rewrite(5, ""))
    assert verification.verify().findings == []
    assert "被改写过" in standing.objection(plan.file, plan.key)
    db.session.remove()
    with sealed_log.snapshot() as connection:  # the nightly drill finds it too
        [(seq, digest)] = sealed_log.heads(connection)
        made = dataclasses.replace(BLANK, seq=seq, hash=digest)
        assert "第 2 号锚点" in restoring._wrong_log(made, connection)[0]
    assert "第 2 号锚点" in found(plan)[0][0].what and "第 3 号锚点" not in found(plan)[1][0]
    database.restore("anchored")
    settling.settle(BLANK)
    seq = db.session.scalar(select(LogHead.seq))
    db.session.remove()
    behind_our_back(database, *rewrite(seq, ""))
    assert found(plan) == ([], [])


@pytest.mark.parametrize("spoil", [
    lambda lines: lines[:1] + lines[2:],
    lambda lines: [lines[0], lines[1].replace('"count":', '"count":1'), lines[2]],
    lambda lines: [*lines[:2], "0" + lines[2][1:] if lines[2][0] != "0" else "1" + lines[2][1:]],
])
def test_anchors_that_were_touched_vouch_for_nothing(plan, spoil):
    plan.file.write_text("\n".join(spoil(plan.file.read_text().splitlines())) + "\n")
    with sealed_log.snapshot() as connection:
        assert checking.findings(connection, book.read(plan.file), public_keys(plan.key))
    with pytest.raises(ValueError):
        second_opinion(plan)


def test_the_database_itself_keeps_what_it_remembers_of_anchors(plan, database):
    for statement in ("UPDATE anchors SET seq = 1", "DELETE FROM anchors"):
        with pytest.raises(sa.exc.DBAPIError), db.engine.begin() as connection:
            connection.exec_driver_sql(statement)
    behind_our_back(database, "UPDATE anchors SET digest = 'x' WHERE number = 3")


def test_the_job_anchors_every_ten_minutes_and_every_thousand_rows(plan, monkeypatch):
    assert anchoring.keep(plan).done == 0
    with clock.standing_at(clock.now() + timedelta(minutes=10)):
        assert (anchoring.keep(plan).done, anchoring.keep(plan).done) == (1, 0)
        monkeypatch.setattr(anchoring, "EVERY_ROWS", 2)
        settling.settle(BLANK)
        assert anchoring.keep(plan).done == 0
        settling.settle(BLANK)
        assert (anchoring.keep(plan).scanned, anchoring.keep(plan).done) == (2, 0)
    assert found(plan) == ([], []) and book.last(plan.file) == standing.last_of_table()


def forge(last):
    """An anchor that suits the log as it is, written by whoever owns the database."""
    head = db.session.scalar(select(LogHead.seq))
    forged = json.loads(last.text) | {"number": 4, "seq": head, "prev_checkpoint": last.digest, "resumes": 0,
                                      "hash": db.session.scalar(select(Event.hash).where(Event.seq == head))}
    db.session.add(anchoring._row(anchoring.read("0" * 128, sealed.canonical(forged))))
    db.session.commit()


def test_an_anchor_that_the_owner_of_the_database_wrote_is_not_signed_on(plan):
    last = standing.last_of_table()
    forge(last)
    with clock.standing_at(clock.now() + timedelta(hours=1)):
        assert "不是用本站密钥签的" in anchoring.keep(plan).error
        with pytest.raises(Refused, match="密钥"):
            anchoring.anchor(plan)
    assert book.last(plan.file).digest == last.digest


def test_what_is_broken_is_not_anchored_and_the_job_says_so(plan, database):
    settling.settle(BLANK)
    seq = db.session.scalar(select(LogHead.seq))
    db.session.remove()
    behind_our_back(database, f"UPDATE events SET action = 'rate' WHERE seq = {seq}")
    with clock.standing_at(clock.now() + timedelta(minutes=10)):
        tally = anchoring.keep(plan)
    assert (tally.done, tally.error) == (0, f"日志第 {seq} 条action 与封存的内容不符，没有封锚")


def test_a_file_that_was_lost_is_written_anew_and_another_history_is_refused(plan):
    lines = plan.file.read_text()
    plan.file.unlink()
    anchoring.agree(plan.file)
    assert plan.file.read_text() == lines
    plan.file.write_text(lines + "an unfinished li")
    assert book.last(plan.file).said.number == 3
    other = book.read(plan.file)[:2]
    plan.file.write_text("".join(f"{one.line}\n" for one in other).replace('"count":', '"count":1'))
    with pytest.raises(Refused, match="不是同一串"):
        anchoring.agree(plan.file)


@operation
def act():
    """Anything somebody does."""


def restored(database, plan):
    """Yesterday's backup: the log and what it remembers of anchors end earlier than the file does."""
    seq = db.session.scalar(select(Anchor.seq).where(Anchor.number == 2))
    db.session.remove()
    behind_our_back(database, "DELETE FROM anchors WHERE number > 2", *cut(seq, ""))


def test_a_restored_backup_is_only_read_until_somebody_vouches_for_it(plan, database):
    """Abuse case 45: the site starts read-only and says why; then the log goes on, and the loss stays on record."""
    restored(database, plan)
    settling.settle(BLANK)  # what a restore itself writes
    protection.watch(lambda: standing.objection(plan.file, plan.key))
    with pytest.raises(protection.WriteProtected):
        act()
    assert "恢复了旧的备份" in protection.why() and "恢复了旧的备份" in anchoring.keep(plan).error
    assert not shown.condition(plan).is_well
    made = anchoring.resume(plan, reason="机房断电，经局长同意恢复昨夜备份").said
    assert (made.number, made.resumes) == (4, 2)
    protection.watch(lambda: standing.objection(plan.file, plan.key))
    act()
    assert found(plan) == ([], []) and book.last(plan.file) == standing.last_of_table()
    assert "resume_log" in db.session.scalars(select(Event.action)).all()
    with pytest.raises(Refused, match="不需要认可"):
        anchoring.resume(plan, reason="再来一次")


def test_no_anchor_but_a_signed_one_speaks_for_a_log_that_was_cut_short(plan, database):
    restored(database, plan)
    forge(book.last(plan.file))
    assert "第 3 号锚点" in standing.obstacle(plan.file, plan.key)
    plan.key.with_suffix(".pub").rename(plan.key.with_suffix(".away"))  # a machine without keys takes what it finds
    assert standing.objection(plan.file, plan.key) == ""
    plan.key.with_suffix(".away").rename(plan.key.with_suffix(".pub"))


def test_a_broken_link_stops_anchors_and_the_next_start_until_somebody_vouches_for_it(plan, database):
    """R20; and a flipped bit must not end all anchoring: it is named for ever, and the log goes on."""
    settling.settle(BLANK)
    seq = db.session.scalar(select(LogHead.seq))
    db.session.remove()
    behind_our_back(database, *edit(seq, ""))
    assert standing.objection(plan.file, plan.key) == ""
    protection.watch(lambda: standing.obstacle(plan.file, plan.key))
    with pytest.raises(protection.WriteProtected):
        act()
    assert f"日志第 {seq} 条内容与封印不符" in protection.why()
    made = anchoring.resume(plan, reason="磁盘坏块，已换盘").said
    assert (made.number, made.resumes) == (4, 3)
    protection.watch(lambda: standing.obstacle(plan.file, plan.key))
    act()
    settling.settle(BLANK)
    assert anchoring.anchor(plan).said.number == 5
    ours, second = found(plan)
    assert [one.seq for one in ours] == [seq] and len(second) == 1


def test_another_database_is_no_restore(plan, database):
    behind_our_back(database, "DELETE FROM anchors", "DELETE FROM event_words", "DELETE FROM events",
                    f"UPDATE log_head SET seq = 0, hash = '{sealed.GENESIS}'")
    assert standing.objection(plan.file, plan.key)
    with pytest.raises(Refused, match="不是锚点文件里的那一个"):
        anchoring.resume(plan, reason="换库")


@pytest.fixture
def watcher(plan, tmp_path, monkeypatch):
    """A witness with the site's public key, and the alarms it raised."""
    alarms = []
    keeper = witness.Keeper(tmp_path / "kept.txt", public_keys(plan.key), "tell")
    monkeypatch.setattr(witness.subprocess, "run", lambda command, check: alarms.append(command[1]))
    server = witness.door(keeper, "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    yield SimpleNamespace(keeper=keeper, alarms=alarms, plan=anchoring.Plan(plan.file, plan.key, address, 5))
    server.shutdown()
    server.server_close()


def test_the_witness_takes_what_follows_and_the_site_remembers_that_it_has(plan, watcher):
    assert "见证方收到第 0 号为止" in shown.condition(watcher.plan).words
    assert anchoring.hand_over(watcher.plan) == "" and anchoring.hand_over(watcher.plan) == ""
    assert watcher.keeper.file.read_text() == plan.file.read_text()
    assert db.session.scalar(select(AnchorReceipt.anchor_number)) == 3
    assert shown.condition(watcher.plan).words.endswith("见证方已收下") and shown.condition(watcher.plan).is_well
    assert "见证方已收下" in shown.covering(2)
    assert witness.Keeper(watcher.keeper.file, public_keys(plan.key), "").last["number"] == 3


def test_the_witness_refuses_a_history_that_does_not_go_on_and_cries_out(plan, watcher, database):
    anchoring.hand_over(watcher.plan)
    restored(database, plan)
    anchoring.resume(plan, reason="恢复")
    for _ in range(2):
        assert "恢复过备份的，请见证方核对后同意" in anchoring.hand_over(watcher.plan)
    assert len(watcher.alarms) == 1 and "恢复了备份，或者日志被改写" in watcher.alarms[0]
    watcher.keeper.consent.touch()
    assert anchoring.hand_over(watcher.plan) == "" and not watcher.keeper.consent.exists()
    assert watcher.keeper.last["resumes"] == 2


def test_what_nobody_signed_raises_no_alarm_and_is_not_kept(plan, watcher):
    forged = plan.file.read_text().splitlines()[0].replace('"count":1', '"count":2')
    for body in ("", "x", forged, "a {}", "a []", 'a {"number": "x"}'):
        with pytest.raises((ValueError, KeyError, TypeError)):
            watcher.keeper.take(body)
    assert watcher.alarms == [] and watcher.keeper.last is None


def test_half_an_hour_of_silence_is_late_and_whoever_watches_sees_it(watcher, monkeypatch):
    anchoring.hand_over(watcher.plan)
    seen = requests.get(watcher.plan.witness, timeout=5)
    assert (seen.status_code, seen.json()["last"]) == (200, watcher.keeper.last["line"])
    monkeypatch.setattr(witness, "LATE_SECONDS", -1)
    assert requests.get(watcher.plan.witness, timeout=5).status_code == 503


def test_a_witness_that_cannot_be_reached_holds_nothing_up(plan):
    away = dataclasses.replace(plan, witness="http://127.0.0.1:9/")
    with clock.standing_at(clock.now() + timedelta(minutes=10)):
        tally = anchoring.keep(away)
    assert tally.done == 1 and "见证方没有收下第 4 号锚点" in tally.error
    with clock.standing_at(clock.now() + timedelta(minutes=31)):
        assert not shown.condition(away).is_well
