"""Whom a complaint is about, by name: in the forms that raise one, and where the service centre puts it right."""

from collections.abc import Sequence
from typing import Any

from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from models.directory import Organisation
from models.tickets import ACCUSING, AccusedUnit, TicketKind
from operations.insight import units
from operations.tickets.accused import REASON_LIMIT
from views.forms.base import NotLonger, RefusableForm

ABOUT = "投诉、举报才填。写明后，该单位及其人员、由它登记的管家都看不到这件，也不会派给它。"


class AccusedField(StringField):
    """An organisation of any kind by its name: typed or picked from the page's list, and a real one."""

    answer: Organisation | None = None

    def __init__(self, label: str = "投诉或举报的单位", *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("render_kw", {"list": "accused-units", "autocomplete": "off", "placeholder": "输入或选择单位名称"})
        kwargs.setdefault("description", ABOUT)
        super().__init__(label, *args, **kwargs)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Find the organisation that is meant; it goes with a complaint or a report alone."""
        if not self.data or self.errors:
            return
        kind = form["kind"].data if "kind" in form else TicketKind.COMPLAINT
        if kind not in ACCUSING:
            raise ValidationError("只有投诉、举报才填写被投诉举报的单位；不是投诉举报请清空")
        self.answer = units.any_called(self.data)
        if self.answer is None:
            raise ValidationError(f"没有找到单位“{self.data[:30]}”，请从列表中选择")


class NameAccusedForm(RefusableForm):
    """指明被投诉举报单位."""

    unit = AccusedField(validators=[InputRequired("请填写单位")], description="填写后立即生效，不能派给它。")


class EndAccusedForm(RefusableForm):
    """更正: it was not about this one."""

    accused_id = RadioField("哪个单位", [InputRequired("请选择单位")], coerce=int, choices=[],
                            invalid_choice_message="请从列出的选项中选一个", invalid_value_message="请从列出的选项中选一个")
    reason = StringField("为什么更正", [InputRequired("请写明为什么更正"), NotLonger(max=REASON_LIMIT)])

    def offer(self, rows: Sequence[AccusedUnit]) -> None:
        """Those that are named now."""
        self.accused_id.choices = [SelectChoice(row.id, row.unit.name) for row in rows]


def optional() -> AccusedField:
    """Where it may be left out."""
    return AccusedField("投诉或举报的单位（选填）", [Optional(), NotLonger(max=100)])
