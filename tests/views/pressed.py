"""Late tickets for the tests: lives on one clock, swept until the orders stand that a test needs."""

from datetime import timedelta

from sqlalchemy import select

from models import clock
from models.base import db
from models.supervision import Supervision
from operations.access.people import actor_named
from operations.supervision import supervision, sweep
from tests.lives import FINANCE, LAND, POWER, START, Life, shanghai

FIRM = {"恒轧机械": ("hengzha", "liumin"), "鑫源包装": ("xinyuan", "liumin"), "宏达电商产业园": ("hongda", "wangqiang")}
# Handed out on the 19th with five working days: due on the 26th at 17:30.
LATE = shanghai("2026-08-26 17:35")


class Pressed:
    """``pressed.late("subject", POWER)`` and then ``pressed.at(LATE).sweep()``; ``here()`` stands on its clock."""

    def __init__(self, city):
        self.city, self.now, self.lives = city, LATE, {}

    def late(self, subject, unit=POWER, *, firm="恒轧机械", days=0):
        member, steward = FIRM[firm]
        life = Life(self.city, enterprise=firm, member=member, steward=steward)
        life.now = START + timedelta(days=days)
        life.submit(subject=subject).wait(minutes=5).accept().wait(minutes=5).dispatch(unit)
        self.lives[subject] = life.ticket
        return self

    def at(self, moment):
        self.now = shanghai(moment) if isinstance(moment, str) else moment
        return self

    def here(self):
        return clock.standing_at(self.now)

    def sweep(self):
        with self.here():
            sweep.sweep()
        db.session.commit()
        return self

    def ticket(self, subject):
        db.session.expire_all()
        return self.lives[subject]

    def order(self, subject, level="first"):
        """The newest order of that rung on the ticket."""
        db.session.expire_all()
        rows = select(Supervision).where(Supervision.ticket_id == self.lives[subject].id, Supervision.level == level)
        return db.session.scalars(rows.order_by(Supervision.id.desc())).first()

    def answered(self, subject, by, words="明天送电", level="first"):
        with self.here():
            supervision.answer(self.order(subject, level), self.ticket(subject), actor=actor_named(by), words=words)
        db.session.commit()
        return self


def three_late(city):
    """Three tickets of three units and two regions, each with a first supervision just opened."""
    pressed = Pressed(city).late("送电迟迟没有答复").late("宗地图与红线不符", LAND, firm="鑫源包装")
    return pressed.late("奖补资金未拨付", FINANCE, firm="宏达电商产业园").sweep()
