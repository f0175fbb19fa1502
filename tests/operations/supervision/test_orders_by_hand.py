"""An order that a person has issued is not taken away by the sweep."""

from sqlalchemy import select

from models.base import db
from models.supervision import Level, Supervision
from operations.supervision import supervision
from operations.tickets import handling


def test_neither_a_yellow_light_nor_the_lapse_ends_what_the_centre_issued_before(life):
    life.handling().sign()
    life.does(handling.contact, "chenjing", method="电话", words="已联系")
    life.at("2026-08-25 09:00").does(supervision.supervise, "wujie", reason="企业来电催问")
    life.at("2026-08-25 17:00").sweep()
    life.at("2026-08-26 17:30").sweep()

    order = db.session.scalars(select(Supervision).where(Supervision.ended_at.is_(None))).one()
    assert (order.level, order.rule) == (Level.FIRST, "by_hand")
