"""Steps of the stories above the second supervision: approvals, the talk, the listing, the referral, the 复核."""

from datetime import timedelta

from sqlalchemy import select

from models.base import db
from models.measures import Measure, MeasureKind
from operations.clocks import shanghai
from operations.demo.scene import LEADER, OFFICE, Scene
from operations.demo.steps import Step
from operations.supervision.measures import carrying_out, deciding, proposing, reconsidering
from operations.supervision.measures.carrying_out import Record
from operations.supervision.measures.proposing import Grounds, Person


def approved(when: str, words: str) -> Step:
    """批准, by the leader: whatever of this ticket waits for it."""
    return Step(when, lambda scene: deciding.approve(_open(scene), actor=scene.actor(LEADER), words=words))


def talk_recorded(when: str, words: str, promise: str, days: int) -> Step:
    """约谈记录, on the day of the talk, with one promise due in so many days."""

    def do(scene: Scene) -> None:
        today = shanghai.today()
        told = Record(today, "市营商局三楼会议室", "何宁、马良、孙悦", words, [(promise, today + timedelta(days=days))])
        carrying_out.record_talk(_open(scene), actor=scene.actor(OFFICE), told=told)

    return Step(when, do)


def listed(when: str, reason: str) -> Step:
    """提请挂牌督办."""
    return Step(when, lambda scene: _propose(scene, Grounds(MeasureKind.LISTING, reason)))


def referred(when: str, reason: str, direct: tuple[str, str], leading: tuple[str, str]) -> Step:
    """提请移交问责, with the two responsible."""
    grounds = Grounds(MeasureKind.REFERRAL, reason, Person(*direct), Person(*leading))
    return Step(when, lambda scene: _propose(scene, grounds))


def progress_told(when: str, words: str) -> Step:
    """报进展, by the unit's leader."""
    return Step(when, lambda scene: carrying_out.report_progress(_open(scene), actor=scene.leader(), words=words))


def contested(when: str, reasons: str) -> Step:
    """申请复核, by the unit's leader, of the order that stands."""
    return Step(when, lambda scene: reconsidering.request(
        reconsidering.of_order(scene.order), actor=scene.leader(), reasons=reasons
    ))


def _propose(scene: Scene, grounds: Grounds) -> None:
    unit = scene.ticket.lead_unit
    assert unit is not None
    proposing.propose(unit, actor=scene.actor(OFFICE), grounds=grounds, ticket=scene.ticket)


def _open(scene: Scene) -> Measure:
    rows = select(Measure).where(Measure.ticket_id == scene.ticket_id, Measure.ended_at.is_(None))
    return db.session.scalars(rows).one()
