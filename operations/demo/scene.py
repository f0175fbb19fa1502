"""Where one story of the demonstration plays: its ticket, and who stands around it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from models.base import db
from models.directory import Enterprise, Organisation
from models.refusals import Refusal
from models.supervision import Level, Supervision
from models.tickets import Instruction, Proposal, ProposalKind, Ticket
from operations.access.actor import Actor
from operations.access.people import actor_named
from operations.demo.city import City

# The centre's dispatcher, the centre's caller, the supervision office, the city's leader.
CENTRE, CALLER, OFFICE, LEADER = "wujie", "xuhui", "hening", "luoshizhang"
# What the stories call a unit: its name, its case officer, its leader.
UNITS = {
    "供电": ("云州市供电公司", "chenjing", "zhoujian"),
    "自然资源": ("云州市自然资源局", "litao", "gaofeng"),
    "住建": ("云州市住房和城乡建设局", "linfang", "zhaoguoqiang"),
    "财政": ("云州市财政局", "sunyue", "maliang"),
    "消防": ("云州市消防救援支队", "hanxue", "duwei"),
    "人社": ("云州市人力资源和社会保障局", "yangfan", "songli"),
    "市场监管": ("云州市市场监督管理局", "gengna", "qinhao"),
    "城管": ("云州市城市管理局", "dongqi", "wanlijun"),
}


@dataclass
class Stage:
    """What all stories share: the city, and everybody's actor looked up once."""

    city: City
    actors: dict[str, Actor] = field(default_factory=dict)
    tickets: dict[str, int] = field(default_factory=dict)

    def actor(self, username: str) -> Actor:
        """Somebody by the name of the account."""
        if username not in self.actors:
            self.actors[username] = actor_named(username)
        return self.actors[username]


@dataclass
class Scene:
    """One ticket and those around it."""

    stage: Stage
    enterprise: Enterprise
    member_name: str
    steward_name: str
    ticket_id: int = 0

    @property
    def ticket(self) -> Ticket:
        """The ticket as it stands."""
        return db.session.get_one(Ticket, self.ticket_id)

    def other(self, subject: str) -> Ticket:
        """The ticket of another story."""
        return db.session.get_one(Ticket, self.stage.tickets[subject])

    def actor(self, username: str) -> Actor:
        """Somebody by the name of the account."""
        return self.stage.actor(username)

    @property
    def member(self) -> Actor:
        """The enterprise's own account."""
        return self.actor(self.member_name)

    @property
    def at_the_desk(self) -> Actor:
        """Who takes it in and tells the enterprise: the steward, or the centre where there is none."""
        return self.actor(self.steward_name or CENTRE)

    @property
    def enterprise_side(self) -> Actor:
        """The enterprise, or the steward who speaks for one without an account."""
        return self.actor(self.member_name or self.steward_name or CENTRE)

    def unit(self, name: str) -> Organisation:
        """A unit by what the stories call it."""
        return self.stage.city.organisations[UNITS[name][0]]

    def units(self, names: Sequence[str]) -> list[Organisation]:
        """Several units."""
        return [self.unit(name) for name in names]

    def officer(self, unit: str = "") -> Actor:
        """The case officer of the lead unit, or of another."""
        return self.actor(self._people(unit)[0])

    def leader(self, unit: str = "") -> Actor:
        """The leader of the lead unit, or of another."""
        return self.actor(self._people(unit)[1])

    def proposal(self, kind: ProposalKind) -> Proposal:
        """What lies on a desk."""
        rows = select(Proposal).where(Proposal.ticket_id == self.ticket_id, Proposal.decided_at.is_(None))
        return db.session.scalars(rows.where(Proposal.kind == kind)).one()

    @property
    def instruction(self) -> Instruction:
        """The leader's words that nobody has answered yet."""
        rows = select(Instruction).where(Instruction.ticket_id == self.ticket_id, Instruction.answered_at.is_(None))
        return db.session.scalars(rows).one()

    @property
    def answered_instruction(self) -> Instruction:
        """The answer that waits for the leader's word."""
        rows = select(Instruction).where(Instruction.ticket_id == self.ticket_id, Instruction.accepted_at.is_(None))
        return db.session.scalars(rows).one()

    @property
    def refusal(self) -> Refusal:
        """The refusal that is on its way up."""
        rows = select(Refusal).where(Refusal.ticket_id == self.ticket_id, Refusal.ended_at.is_(None))
        return db.session.scalars(rows).one()

    @property
    def order(self) -> Supervision:
        """The supervision that stands above a reminder."""
        rows = select(Supervision).where(Supervision.ticket_id == self.ticket_id, Supervision.ended_at.is_(None))
        stands = (Supervision.level != Level.REMINDER, Supervision.joined_to_id.is_(None))
        return db.session.scalars(rows.where(*stands)).one()

    def _people(self, unit: str) -> tuple[str, str]:
        if unit:
            return UNITS[unit][1:]
        lead = self.ticket.lead_unit
        assert lead is not None
        return next((officer, leader) for name, officer, leader in UNITS.values() if name == lead.name)
