"""The form with which a member says what the directory should say of their enterprise."""

from collections.abc import Iterable

from views.forms.base import MarkField, RefusableForm
from views.forms.enterprises import fact_field


class ProfileForm(RefusableForm):
    """企业资料. ``version`` is the row's as the page showed it."""

    version = MarkField()
    contact_name = fact_field("contact_name")
    contact_phone = fact_field("contact_phone")
    name = fact_field("name")
    legal_representative = fact_field("legal_representative")
    address = fact_field("address")
    industry = fact_field("industry")
    staff_count = fact_field("staff_count")
    revenue = fact_field("revenue")
    assets = fact_field("assets")
    founded_on = fact_field("founded_on")

    def leave_out(self, fields: Iterable[str]) -> None:
        """Do not ask for what waits for an answer already."""
        for name in fields:
            del self[name]
