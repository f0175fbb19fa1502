"""Forms that need no sign-in."""

import re
from typing import Any

from wtforms import StringField
from wtforms.validators import DataRequired, Regexp, ValidationError

from operations.supervision.letters.sheet import CODE_SHOWN
from operations.tickets.receipts import SHORTEST_CODE
from views.forms.base import BaseForm

NUMBER = re.compile(r"\s*ZQ-\d{4}-\d{2}-\d{7}\s*\Z", re.ASCII | re.IGNORECASE)


class VerifyForm(BaseForm):
    """查验回执. Sent by GET: it asks and changes nothing, and the QR of a receipt is the same address filled in."""

    class Meta(BaseForm.Meta):
        """Nothing is changed, so there is nothing to forge."""

        csrf = False

    number = StringField(
        "诉求编号",
        [DataRequired("请填写回执上的诉求编号"), Regexp(NUMBER, message="编号形如 ZQ-2026-11-0482913")],
        description="形如 ZQ-2026-11-0482913", render_kw={"autocomplete": "off", "autocapitalize": "characters"},
    )
    code = StringField(
        "查验码", [DataRequired("请填写回执上的查验码")], description=f"填前 {SHORTEST_CODE} 位以上，空格可省略。",
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )

    def validate_code(self, field: Any) -> None:
        """Long enough to mean anything, and of the letters a digest has."""
        said = re.sub(r"[\s\-]", "", field.data or "")
        if not re.fullmatch(rf"[0-9a-fA-F]{{{SHORTEST_CODE},64}}", said):
            raise ValidationError(f"查验码由 0–9 和 a–f 组成，至少 {SHORTEST_CODE} 位")


class VerifyLetterForm(BaseForm):
    """查验公文. Sent by GET, as the QR of a letter is."""

    class Meta(BaseForm.Meta):
        """Nothing is changed, so there is nothing to forge."""

        csrf = False

    code = StringField(
        "查验码", [DataRequired("请填写公文上的查验码")], description=f"{CODE_SHOWN} 位，空格和短横可省略。",
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )

    def validate_code(self, field: Any) -> None:
        """As long as it is printed, and of the letters a digest has."""
        said = re.sub(r"[\s\-]", "", field.data or "")
        if not re.fullmatch(rf"[0-9a-fA-F]{{{CODE_SHOWN},64}}", said):
            raise ValidationError(f"查验码由 0–9 和 a–f 组成，共 {CODE_SHOWN} 位")
