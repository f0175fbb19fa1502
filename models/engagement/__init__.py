"""What passes between stewards and enterprises, how often it must, and the meetings and walks of leaders."""

from models.engagement.findings import Finding, FindingKind
from models.engagement.interactions import Effect, Flaw, Interaction, InteractionAnswer, InteractionKind, TalkDraft
from models.engagement.meetings import Meeting, MeetingDecision, MeetingGuest, MeetingKind, MeetingProblem
from models.engagement.obligations import CadenceRule, DutyAct, DutyHolder, DutyPeriod, Obligation
from models.engagement.walkthroughs import WalkMode, WalkProblem, WalkStep, Walkthrough

__all__ = [
    "CadenceRule", "DutyAct", "DutyHolder", "DutyPeriod", "Effect", "Finding", "FindingKind", "Flaw", "Interaction",
    "InteractionAnswer", "InteractionKind", "Meeting", "MeetingDecision", "MeetingGuest", "MeetingKind",
    "MeetingProblem", "Obligation", "TalkDraft", "WalkMode", "WalkProblem", "WalkStep", "Walkthrough",
]
