"""管家数据库: regions, organisations, enterprises and who is steward of which."""

from models.directory.claims import Claim, ClaimedSender, Decision, FactRequest
from models.directory.enterprises import (
    CreditFlag,
    Enterprise,
    EnterpriseCategory,
    EnterpriseKind,
    EnterpriseSize,
    EnterpriseStatus,
)
from models.directory.facts import Contact, EnterpriseName, FactChange, Project, ProjectStage, Tag
from models.directory.handovers import Handover, HandoverItem, HandoverStage
from models.directory.imports import (
    ImportBatch,
    ImportIssue,
    ImportKind,
    ImportState,
    StagedEnterprise,
    StagedSteward,
    StagedStewardship,
    StewardChange,
)
from models.directory.industries import Industry
from models.directory.merges import EnterpriseMerge, MergedRow
from models.directory.organisations import Line, Organisation, OrganisationKind
from models.directory.ownership_claims import ClaimOutcome, OwnershipClaim
from models.directory.regions import Region, RegionLevel
from models.directory.steward_plans import PlanOutcome, PlanRow, StewardPlan
from models.directory.stewards import Steward, StewardClass
from models.directory.stewardships import Stewardship, StewardshipKind

__all__ = [
    "Claim",
    "ClaimOutcome",
    "ClaimedSender",
    "Contact",
    "CreditFlag",
    "Decision",
    "Enterprise",
    "EnterpriseCategory",
    "EnterpriseKind",
    "EnterpriseMerge",
    "EnterpriseName",
    "EnterpriseSize",
    "EnterpriseStatus",
    "FactChange",
    "FactRequest",
    "Handover",
    "HandoverItem",
    "HandoverStage",
    "ImportBatch",
    "ImportIssue",
    "ImportKind",
    "ImportState",
    "Industry",
    "Line",
    "MergedRow",
    "Organisation",
    "OrganisationKind",
    "OwnershipClaim",
    "PlanOutcome",
    "PlanRow",
    "Project",
    "ProjectStage",
    "Region",
    "RegionLevel",
    "StagedEnterprise",
    "StagedSteward",
    "StagedStewardship",
    "Steward",
    "StewardChange",
    "StewardClass",
    "StewardPlan",
    "Stewardship",
    "StewardshipKind",
    "Tag",
]
