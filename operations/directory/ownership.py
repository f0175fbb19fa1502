"""填报单位: which unit owns an enterprise, told by its class and its territory (domain.md §1, §2)."""

from sqlalchemy import or_, select

from models.base import db
from models.directory import EnterpriseCategory, Line, Organisation, OrganisationKind, Region

LINE_OF = {
    EnterpriseCategory.KEY_PROJECT: Line.PROJECTS,
    EnterpriseCategory.INDUSTRY: Line.INDUSTRY,
    EnterpriseCategory.COMMERCE: Line.COMMERCE,
}


class Owners:
    """Every owning unit, read once: ``of`` then answers for any number of enterprises without a statement.

    A class with a line belongs to the bureau of that line nearest above the enterprise's region; every other class,
    and a line that has no bureau there, to the nearest government.
    """

    def __init__(self) -> None:
        rows = (
            select(Organisation.id, Organisation.line, Region.path)
            .join(Region, Region.id == Organisation.region_id)
            .where(or_(Organisation.line.is_not(None), Organisation.kind == OrganisationKind.GOVERNMENT))
            .order_by(Organisation.id.desc())
        )
        # Of two in one place the older one owns: it is read last.
        self._units = {(line, path): unit_id for unit_id, line, path in db.session.execute(rows)}

    def of(self, category: EnterpriseCategory, region_path: str) -> int | None:
        """The id of the owning unit; None where no unit answers for the region."""
        line = LINE_OF.get(category)
        found = self._nearest(line, region_path) if line else None
        return found or self._nearest(None, region_path)

    def _nearest(self, line: Line | None, path: str) -> int | None:
        while path:
            unit = self._units.get((line, path))
            if unit is not None:
                return unit
            path = path.rstrip("/").rpartition("/")[0]
            path = f"{path}/" if path else ""
        return None
