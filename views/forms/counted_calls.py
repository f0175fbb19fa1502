"""The form of a call about a counted case."""

from typing import Any

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from models.ratings import ReworkReason
from operations.tickets.aftercare import Call
from views.forms.base import RefusableForm
from views.forms.portal import UNKNOWN, CodeRadio
from views.forms.rectifications import CAME_OF
from views.forms.tickets import more_text


class CountedCallForm(RefusableForm):
    """回访窗口办件."""

    outcome = RadioField("回访结果", [InputRequired("请选择回访结果")], **UNKNOWN,
                         choices=[SelectChoice(code, label) for code, (label, _) in CAME_OF.items()])
    rework_reason = CodeRadio("企业为什么不认可", ReworkReason, validate_choice=False, description="未解决或不满意才选")
    words = more_text("企业的原话", rows=3)

    def validate(self, **kwargs: Any) -> bool:
        """What found fault names its class."""
        valid = super().validate(**kwargs)
        if valid and self.finds_fault and not self.rework_reason.data:
            self.blame("rework_reason", "请选择企业不认可的原因")
            return False
        return valid

    @property
    def finds_fault(self) -> bool:
        """Unsolved or dissatisfied."""
        return self.outcome.data in ("solved", "unsolved")

    @property
    def answers(self) -> dict[str, Any]:
        """The call, as the operation takes it."""
        why = self.rework_reason.data if self.finds_fault else None
        return {"call": Call(*CAME_OF[self.outcome.data][1], words=self.words.data or "", rework_reason=why)}
