"""The form with which a member says what the directory should say of their enterprise."""

from collections.abc import Iterable

from views.forms.base import MarkField, RefusableForm
from views.forms.enterprises import fact_field


class ProfileForm(RefusableForm):
    """企业资料. ``version`` is the row's as the page showed it."""

    version = MarkField()
    contact_name = fact_field("contact_name")
    contact_phone = fact_field("contact_phone", render_kw={"inputmode": "tel", "data-size": "m"})
    name = fact_field("name")
    legal_representative = fact_field("legal_representative")
    address = fact_field("address")
    industry = fact_field("industry", description="GB/T 4754，2 至 4 位",
                          render_kw={"inputmode": "numeric", "data-size": "s"})
    staff_count = fact_field("staff_count", description="人", render_kw={"inputmode": "numeric", "data-size": "s"})
    revenue = fact_field("revenue", description="万元", render_kw={"inputmode": "decimal", "data-size": "m"})
    assets = fact_field("assets", description="万元", render_kw={"inputmode": "decimal", "data-size": "m"})
    founded_on = fact_field("founded_on", description="例如 2015-06-30", render_kw={"data-size": "m"})

    def leave_out(self, fields: Iterable[str]) -> None:
        """Do not ask for what waits for an answer already."""
        for name in fields:
            del self[name]
