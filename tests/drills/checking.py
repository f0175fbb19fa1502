"""What must hold after any mishap: acknowledged means written, once; every act is in the log, and the log is whole."""

from collections import Counter

import sqlalchemy as sa

from models import clock
from models.base import db
from models.clocks import Clock, ClockKind
from models.engagement import Interaction
from models.log import Event
from models.notices import Notice
from models.supervision import Level, Supervision
from models.tickets import Act, Round, Ticket


def amiss(site, writers=None):
    """In words, with counts: empty when all is well."""
    with site.look():
        found = [*(_of_what_was_written(writers) if writers else []), *_of_the_sweep()]
        if db.engine.dialect.name == "sqlite":
            said = db.session.scalars(sa.text("PRAGMA integrity_check")).all()
            found += [] if said == ["ok"] else [f"the file is broken: {said[:3]}"]
    verified = site.run("audit", "verify")
    return found + ([f"the log: {verified.stdout[-500:]}{verified.stderr[-500:]}"] if verified.returncode else [])


def missing(site, words):
    """In words: which of these notes, all acknowledged, is not there exactly once. Cheap, while the site is at work."""
    with site.look():
        db.session.info["read_only"] = True
        there = Counter(_all(sa.select(Interaction.content).where(Interaction.content.in_(words))))
    return _said({
        f"{sum(not there[one] for one in words)} just acknowledged are lost": all(there[one] for one in words),
        f"{sum(there[one] > 1 for one in words)} just acknowledged are there twice": max(there.values(), default=0) < 2,
    })


def lost(site, writers):
    """What was acknowledged and is not there."""
    with site.look():
        return writers.acknowledged.keys() - set(_all(sa.select(Interaction.content)))


def _of_what_was_written(writers):
    notes = Counter(_all(sa.select(Interaction.content)))
    lost = [words for words in writers.acknowledged if not notes[words]]
    doubled = [words for words, times in notes.items() if times > 1]
    strange = notes.keys() - writers.tried
    tickets = set(_all(sa.select(Interaction.ticket_id)))
    submitted = Counter(_all(sa.select(Event.ticket_id).where(Event.action == Act.SUBMIT)))
    noted = Counter(_all(sa.select(Event.object_id).where(Event.object_type == "interaction")))
    rows = set(_all(sa.select(Ticket.id)))
    return _said({
        f"{len(lost)} of {len(writers.acknowledged)} acknowledged are lost": not lost,
        f"{len(doubled)} are there twice": not doubled,
        f"{len(strange)} nobody wrote": not strange,
        "a note without the ticket it became": None not in tickets and tickets <= rows,
        "a ticket without its one event": set(submitted) == rows and set(submitted.values()) == {1},
        "a note without its one event": noted == Counter(_all(sa.select(Interaction.id))),
        "a ticket without its round": sorted(_all(sa.select(Round.ticket_id))) == sorted(rows),
    })


def _of_the_sweep():
    orders = _all(sa.select(Supervision.id).where(Supervision.level == Level.FIRST))
    clocks = _all(sa.select(Supervision.clock_id).where(Supervision.level == Level.FIRST))
    lapsed = _all(sa.select(Clock.id).where(Clock.kind == ClockKind.HANDLING, Clock.due_at <= clock.now()))
    events = _all(sa.select(Event.object_id).where(Event.action == Act.SUPERVISE))
    keys = _all(sa.select(Notice.dedup_key).where(Notice.dedup_key.startswith("supervision.")))
    return _said({
        f"{len(orders)} supervisions of {len(lapsed)} lapsed clocks": sorted(clocks) == sorted(lapsed),
        f"{len(clocks) - len(set(clocks))} clocks supervised twice": len(clocks) == len(set(clocks)),
        "a supervision without its one event": sorted(events) == sorted(_all(sa.select(Supervision.id))),
        "somebody told of a supervision twice": len(keys) == len(set(keys)),
    })


def _said(checks):
    return [words for words, is_well in checks.items() if not is_well]


def _all(statement):
    return list(db.session.scalars(statement))
