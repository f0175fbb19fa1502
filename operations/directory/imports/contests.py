"""归属争议 out of a file: what by class and territory is the unit's own, yet stands under another unit."""

from sqlalchemy import select

from models.base import db
from models.directory import Enterprise, ImportBatch, ImportIssue
from operations.access.actor import Actor
from operations.access.people import standings
from operations.directory.imports.enterprise_rows import CONTESTED
from operations.directory.ownership_claims import claim_ownership
from operations.errors import DomainError


def claim_contested(batch: ImportBatch) -> int:
    """Claim every contested enterprise of the batch for its unit, as who uploaded it; answers how many.

    A claim that is open already, or an enterprise that has changed hands meanwhile, is left as it is.
    """
    if batch.uploaded_by_id is None:
        return 0
    posts = tuple(post for post in standings(batch.uploaded_by_id) if post.unit_id == batch.unit_id)
    actor, claimed = Actor(batch.uploaded_by_id, "", posts), 0
    codes = select(ImportIssue.value).where(
        ImportIssue.batch_id == batch.id, ImportIssue.is_warning.is_(False), ImportIssue.reason.endswith(CONTESTED)
    )
    for enterprise in db.session.scalars(select(Enterprise).where(Enterprise.credit_code.in_(codes))).all():
        try:
            claim_ownership(enterprise, actor=actor, reason=f"导入批次 {batch.id} 上报，按类别和区划应由本单位填报。")
            claimed += 1
        except DomainError:
            continue
    return claimed
