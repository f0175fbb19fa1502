"""管家数据库: regions, organisations, enterprises and who is steward of which."""

from models.directory.enterprises import (
    CreditFlag,
    Enterprise,
    EnterpriseCategory,
    EnterpriseKind,
    EnterpriseSize,
    EnterpriseStatus,
)
from models.directory.facts import Contact, EnterpriseName, FactChange, Project, ProjectStage, Tag
from models.directory.industries import Industry
from models.directory.merges import EnterpriseMerge, MergedRow
from models.directory.organisations import Line, Organisation, OrganisationKind
from models.directory.ownership_claims import ClaimOutcome, OwnershipClaim
from models.directory.regions import Region, RegionLevel
from models.directory.stewards import Steward, StewardClass
from models.directory.stewardships import Stewardship, StewardshipKind

__all__ = [
    "ClaimOutcome",
    "Contact",
    "CreditFlag",
    "Enterprise",
    "EnterpriseCategory",
    "EnterpriseKind",
    "EnterpriseMerge",
    "EnterpriseName",
    "EnterpriseSize",
    "EnterpriseStatus",
    "FactChange",
    "Industry",
    "Line",
    "MergedRow",
    "Organisation",
    "OrganisationKind",
    "OwnershipClaim",
    "Project",
    "ProjectStage",
    "Region",
    "RegionLevel",
    "Steward",
    "StewardClass",
    "Stewardship",
    "StewardshipKind",
    "Tag",
]
