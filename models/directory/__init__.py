"""管家数据库: regions, organisations, enterprises and who is steward of which."""

from models.directory.enterprises import Enterprise, EnterpriseCategory, EnterpriseKind, EnterpriseStatus
from models.directory.organisations import Organisation, OrganisationKind
from models.directory.regions import Region, RegionLevel
from models.directory.stewardships import Stewardship, StewardshipKind

__all__ = [
    "Enterprise",
    "EnterpriseCategory",
    "EnterpriseKind",
    "EnterpriseStatus",
    "Organisation",
    "OrganisationKind",
    "Region",
    "RegionLevel",
    "Stewardship",
    "StewardshipKind",
]
