"""Forty tickets made by hand, for the metric definitions of domain.md §9.

All of August 2026, of one unit in one region. In brackets the numbers of the tickets:
A  twenty closed in their first round (1-20)          B  four closed of which the case clock ran out (21-24)
C  three closed in their second round (25-27)         D  two returned once, given to it again, closed (28-29)
E  five in hand (30-34)                               F  two withdrawn, one refused, one merged (35-38)
G  two submitted, nobody has taken them in (39-40)
"""

from datetime import timedelta

from sqlalchemy import insert, select, update

from models.access import User
from models.base import db
from models.clocks import Clock, ClockPause
from models.directory import Enterprise, Organisation, Steward, Stewardship
from models.engagement import Interaction
from models.insight import FillingTarget
from models.ratings import FollowUp, Rating
from models.rectifications import RatingAppeal, Rectification
from models.refusals import Endorsement, Refusal, ReviewMember
from models.supervision import Supervision
from models.tickets import DeadlineExtension, LedgerEntry, Proposal, Ticket, UnitOrder
from models.unreasonable import UnreasonableFinding
from operations.access.people import actor_named
from tests.lives import shanghai

DAY = timedelta(days=1)
CAME, CLOSED, NOW = shanghai("2026-08-03 09:00"), shanghai("2026-08-20 16:00"), shanghai("2026-08-31 16:00")
A, B, C, D, E = range(1, 21), range(21, 25), range(25, 28), range(28, 30), range(30, 35)
WITHDRAWN, REFUSED, MERGED, SUBMITTED = (35, 36), (37,), (38,), (39, 40)
DONE = (*A, *B, *C, *D)
STATUS = {**dict.fromkeys(DONE, "closed"), **dict.fromkeys(E, "handling"), **dict.fromkeys(WITHDRAWN, "withdrawn"),
          **dict.fromkeys(REFUSED, "refused"), **dict.fromkeys(MERGED, "merged"),
          **dict.fromkeys(SUBMITTED, "submitted")}
REPORTING = "市发改委"


class Town:
    """Writes the rows themselves: what is tested is what is counted of them, not how they come about."""

    def __init__(self):
        reader = actor_named("hening")
        chief, clerk = actor_named("chenjing"), actor_named("xuhui")
        self.path, self.officer, self.caller = reader.posts[0].region_path, chief.user_id, clerk.user_id
        self.outsiders = [actor_named(name).user_id for name in ("litao", "wujie", "hening")]
        self.office = reader.posts[0].unit_id
        self.unit, self.ids = chief.posts[0].unit_id, iter(range(1, 1000))
        self.clocks = []

    def fill(self):
        region = int(self.path.strip("/").split("/")[-1])
        db.session.execute(insert(Ticket), [
            {"id": n, "number": f"ZQ-2026-08-{n:07d}", "subject": f"第 {n} 件", "content": "", "kind": "help",
             "channel": "platform", "enterprise_id": 1, "region_id": region, "region_path": self.path,
             "status": "handling" if n in REFUSED else STATUS[n], "round": 2 if n in C else 1,
             "submitted_at": CAME, "version": 1,
             "lead_unit_id": None if n in (*WITHDRAWN, *MERGED, *SUBMITTED) else self.unit,
             "merged_into_id": 1 if n in MERGED else None,
             "closed_at": None if n in (*E, *SUBMITTED, *REFUSED) else CLOSED} for n in range(1, 41)])
        self.stations()
        db.session.execute(insert(Clock), self.clocks)
        self.circumstances()
        for n in range(1, 10):
            self.put_right(n)
        self.report()

    def clock(self, ticket, kind, *, round=1, due=4, stopped=2, outcome="met", unit=False):
        """Runs from the third on; ``due`` and ``stopped`` in days from there, None for what still runs."""
        ends = {} if stopped is None else {"stopped_at": CAME + stopped * DAY, "outcome": outcome}
        row = {"id": next(self.ids), "ticket_id": ticket, "round": round, "kind": kind, "limit": "5d",
               "started_at": CAME, "original_due_at": CAME + due * DAY, "due_at": CAME + due * DAY,
               "warn_at": CAME + due * DAY, "unit_id": self.unit if unit else None, "stopped_at": None,
               "outcome": None}
        self.clocks.append(row | ends)
        return row["id"]

    def stations(self):
        for n in range(1, 39):
            self.clock(n, "acceptance", outcome="late" if n in (21, 22) else "met")
        for n in SUBMITTED:
            self.clock(n, "acceptance", stopped=None)
        orders = [(n, 1) for n in (*DONE, *E, *REFUSED)] + [(n, 2) for n in C]
        for n, round in orders:
            self.order(n, round, sign="late" if n == 1 else "met", contact="late" if n in (1, 2, 21, 33) else "met",
                       runs=n == 34)
        for n in D:
            self.order(n, 1, sign="dropped", contact="dropped", outcome="sent_back", at=CAME - DAY)
        for n in (*A, *C, *D):
            self.clock(n, "handling", stopped=3)
        for n in C:
            self.clock(n, "handling", round=2, stopped=3)
        self.cases = {n: self.clock(n, "handling", due=9 if n in (21, 22) else 4, stopped=8,
                                    outcome="met" if n in (21, 22) else "late") for n in B}
        self.cases |= {n: self.clock(n, "handling", due=4 if n in (30, 31) else 40, stopped=None) for n in E}
        for n in (*WITHDRAWN, *REFUSED):
            self.clock(n, "handling", outcome="dropped")

    def order(self, n, round, *, sign, contact, runs=False, outcome="done", at=CAME):
        is_open = n in E
        ended = at + DAY / 2 if outcome == "sent_back" else CLOSED
        db.session.execute(insert(UnitOrder).values(
            ticket_id=n, round=round, unit_id=self.unit, role="lead", ordered_at=at,
            ended_at=None if is_open else ended, outcome=None if is_open else outcome))
        for kind, result in (("signing", sign), ("contact", contact)):
            self.clock(n, kind, round=round, stopped=None if runs else 1, outcome=result, unit=True)
            if outcome == "sent_back":
                self.clocks[-1]["started_at"] = at

    def circumstances(self):
        for ordinal, n in enumerate((21, 22), start=1):
            db.session.execute(insert(Proposal).values(
                id=ordinal, ticket_id=n, round=1, unit_id=self.unit, kind="extension", stage="clerk", reason="等批复",
                proposed_by_id=self.officer, proposed_at=CAME, decided_at=CAME, decision="granted"))
            db.session.execute(insert(DeadlineExtension).values(
                ticket_id=n, round=1, ordinal=1, clock_id=self.cases[n], proposal_id=ordinal,
                due_before=CAME + 4 * DAY, due_after=CAME + 9 * DAY, granted_by_id=self.caller, granted_at=CAME))
        for n in (*range(1, 15), *B, *D):
            self.call(n)
        self.call(15, satisfied=False)
        self.let_rest(15)
        self.call(16, reached=False)
        for n in C:
            self.call(n, solved=n == 27, satisfied=False)
            self.call(n, round=2)
        db.session.execute(insert(ClockPause).values(
            clock_id=self.cases[21], reason="ledger", started_at=CAME + 2 * DAY, ended_at=CAME + 3 * DAY))
        for level, pressed in (("first", (*B, 30, 31)), ("second", (21, 30))):
            db.session.execute(insert(Supervision), [
                {"ticket_id": n, "round": 1, "clock_id": self.cases[n], "due_version": 1, "level": level, "rule": "r",
                 "receiver_id": self.unit, "region_path": self.path, "clock_due_at": CAME + 4 * DAY,
                 "opened_at": CAME + 5 * DAY, "read_at": None if n in (24, 31) else CAME + 6 * DAY,
                 "ended_at": CLOSED, "ended_as": "moved_on"} for n in pressed])
        for n, ended, verdict in ((37, "refused", "upheld"), (30, "vetoed", "revoked"), (31, "vetoed", "redo"),
                                  (32, "ordered", None), (1, "lapsed", None)):
            self.refusal(n, ended, verdict)
        # Only what a refusal has climbed for may be refused, and the refusal needs its ticket first.
        db.session.execute(update(Ticket).where(Ticket.id.in_(REFUSED)).values(status="refused", closed_at=CLOSED))
        db.session.execute(insert(LedgerEntry), [
            {"ticket_id": n, "round": 1, "unit_id": self.unit, "ledger_class": "policy", "evidence": "等政策",
             "review_on": NOW.date(), "entered_by_id": self.caller, "entered_at": NOW - days * DAY}
            for n, days in ((32, 10), (33, 40), (34, 100))])

    def call(self, n, *, round=1, reached=True, solved=True, satisfied=True):
        fine = solved and satisfied
        db.session.execute(insert(FollowUp).values(
            ticket_id=n, round=round, attempt=1, was_reached=reached, is_solved=solved if reached else None,
            is_satisfied=satisfied if reached else None, rework_reason=None if fine else "unsolved",
            called_by_id=self.caller, called_at=CLOSED - 3 * DAY))

    def let_rest(self, n):
        """The call found fault, and two people agreed that it cannot be put right."""
        call = db.session.scalar(select(FollowUp.id).where(FollowUp.ticket_id == n))
        db.session.execute(insert(UnreasonableFinding).values(
            follow_up_id=call, ticket_id=n, round=1, region_path=self.path, reason="已过时限", found_by_id=self.caller))
        db.session.execute(update(UnreasonableFinding).values(
            is_agreed=True, decided_by_id=self.outsiders[2], decided_at=CLOSED, decision="同意"))

    def refusal(self, n, ended, verdict):
        """Reported, climbed, said by each of three, concluded: the database takes nothing less."""
        refusal_id = db.session.scalar(insert(Refusal).returning(Refusal.id).values(
            ticket_id=n, round=1, number=f"F{n}", unit_id=self.unit, region_path=self.path, kind="other",
            grounds="无依据", articles="第三条", alternatives="另行申请", height="head", was_noticed=True,
            office_id=self.office, reported_by_id=self.officer, reported_at=CAME))
        found = update(Refusal).where(Refusal.id == refusal_id)
        if verdict:
            db.session.execute(insert(Endorsement).values(
                refusal_id=refusal_id, level="head", unit_id=self.unit, opened_at=CAME, decided_at=CAME,
                decided_by_id=self.officer, outcome="endorsed"))
            for user_id in self.outsiders:
                seat = db.session.scalar(insert(ReviewMember).returning(ReviewMember.id).values(
                    refusal_id=refusal_id, user_id=user_id, name="成员", house="别的单位", named_at=CAME,
                    named_by_id=self.caller))
                db.session.execute(update(ReviewMember).where(ReviewMember.id == seat).values(
                    opinion=verdict, given_at=CLOSED))
            db.session.execute(found.values(verdict=verdict, member_count=3, reviewed_at=CLOSED,
                                            reviewed_by_id=self.caller))
        db.session.execute(found.values(ended_at=CLOSED, ended_as=ended))

    def put_right(self, n):
        """1 and 2 in time, 3 late in both; 4 was never reached; 5 is in time so far; 6 was left alone; 7 was a mistake;
        8 waits for its call. 9 was rated without a name."""
        opened = shanghai("2026-08-20 10:00" if n == 5 else "2026-08-05 10:00")
        rating = db.session.scalar(insert(Rating).returning(Rating.id).values(
            ticket_id=n, round=1, grade="dissatisfied", tags={"tags": [], "salt": ""}, channel="platform",
            is_anonymous=n == 9, rated_at=opened))
        if n == 9:
            return
        contact, fix = self.clock_of_repair(n, "rectification_contact", opened), self.clock_of_repair(
            n, "rectification", opened)
        contacted = None if n == 6 else opened + (2 * DAY if n == 3 else DAY)
        signed = {1: "08-20 10:00", 2: "08-25 10:00", 3: "08-27 10:00", 4: "08-20 10:00", 8: "08-26 10:00"}.get(n)
        signed = signed and shanghai(f"2026-{signed}")
        ended = {1: "solved", 2: "solved", 3: "solved", 4: "unreached", 7: "excluded"}.get(n)
        made = db.session.scalar(insert(Rectification).returning(Rectification.id).values(
            rating_id=rating, ticket_id=n, unit_id=self.unit, region_path=self.path, opened_at=opened,
            contact_clock_id=contact, fix_clock_id=fix, contacted_at=contacted,
            contacted_by_id=contacted and self.officer, verification=signed and "true", reported_at=signed,
            reported_by_id=signed and self.officer, signed_at=signed, signed_by_id=signed and self.outsiders[0],
            ended_at=ended and NOW - DAY, ended_as=ended))
        if ended == "excluded":
            db.session.execute(insert(RatingAppeal).values(
                rectification_id=made, ground="mistaken", reason="点错了", filed_at=opened + 2 * DAY,
                filed_by_id=self.officer, is_accepted=True, decision="属实", decided_at=opened + 3 * DAY,
                decided_by_id=self.outsiders[2]))

    def clock_of_repair(self, n, kind, opened):
        """One working day for the first contact, fifteen to put it right."""
        due = {"rectification_contact": {5: "08-21 17:30"}.get(n, "08-06 17:30"),
               "rectification": {5: "09-10 17:30"}.get(n, "08-26 17:30")}[kind]
        return db.session.scalar(insert(Clock).returning(Clock.id).values(
            id=next(self.ids), ticket_id=n, round=1, kind=kind, limit="15d", unit_id=self.unit,
            started_at=opened, original_due_at=shanghai(f"2026-{due}"), due_at=shanghai(f"2026-{due}"),
            warn_at=shanghai(f"2026-{due}"), is_provisional=False, due_version=1))

    def report(self):
        """What one reporting unit has: seven stewards, eight enterprises, and none of the city's own."""
        house = db.session.scalars(select(Organisation.id).where(Organisation.short_name == REPORTING)).one()
        db.session.execute(update(Enterprise).where(Enterprise.owner_unit_id == house).values(owner_unit_id=None))
        region = int(self.path.strip("/").split("/")[-1])
        talked = {901: 5, 902: 10, 903: 20, 904: 29, 905: 31, 906: 3, 907: 3}
        for person, days in talked.items():
            db.session.execute(insert(User).values(
                id=person, username=f"s{person}", name="管家", password_hash="!", is_active=True, created_at=CAME,
                first_signed_in_at=None if person == 906 else CAME))
            db.session.execute(insert(Steward).values(
                user_id=person, owner_unit_id=house, registered_at=CAME, left_at=CLOSED if person == 907 else None))
            db.session.execute(insert(Interaction).values(
                steward_id=person, enterprise_id=1, kind="phone", content="问用电", occurred_at=NOW - days * DAY,
                recorded_at=NOW - days * DAY))
        for firm in range(901, 909):
            db.session.execute(insert(Enterprise).values(
                id=firm, name=f"手工企业{firm}", region_id=region, owner_unit_id=house, created_at=CAME,
                quiet_since=CAME, status="deregistered" if firm == 908 else "operating"))
            if firm != 905:
                db.session.execute(insert(Stewardship).values(
                    enterprise_id=firm, steward_id=901, kind="substitute" if firm == 906 else "main", started_at=CAME,
                    ended_at=CLOSED if firm == 907 else None))
        db.session.execute(insert(FillingTarget).values(
            unit_id=house, year=2026, enterprises=10, stewards=8, set_by_id=self.caller))
