"""What passes between stewards and enterprises, and how often it must."""

from models.engagement.interactions import Interaction, InteractionKind
from models.engagement.obligations import CadenceRule, DutyAct, DutyHolder, DutyPeriod, Obligation

__all__ = ["CadenceRule", "DutyAct", "DutyHolder", "DutyPeriod", "Interaction", "InteractionKind", "Obligation"]
