"""What passes between stewards and enterprises, and how often it must."""

from models.engagement.interactions import Effect, Flaw, Interaction, InteractionAnswer, InteractionKind, TalkDraft
from models.engagement.obligations import CadenceRule, DutyAct, DutyHolder, DutyPeriod, Obligation

__all__ = [
    "CadenceRule", "DutyAct", "DutyHolder", "DutyPeriod", "Effect", "Flaw", "Interaction", "InteractionAnswer",
    "InteractionKind", "Obligation", "TalkDraft",
]
