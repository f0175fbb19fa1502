"""规则草案: the ladder, the limits and the refusal heights in one form; what is left as it is changes nothing."""

import re
from typing import Any

from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from models.clocks import ClockKind
from models.refusals import FEWEST_MEMBERS, RefusalLevel
from models.tickets import TicketKind
from operations.clocks import policies
from operations.clocks.calendar import Limit
from operations.clocks.drafts import REASON_LIMIT
from operations.supervision import policy_words
from operations.supervision.policy_drafts import EDITABLE, MOST_MEMBERS, MOST_REJECTIONS, ladder_kinds
from views.forms.base import CodeField, NotLonger, RefusableForm

WRITTEN = re.compile(r"([0-9]{1,4}) *(个?工作日|天|日|d|个?工作小时|小时|h)", re.ASCII)


class LimitField(StringField):
    """A limit as people write it: 5 个工作日, 4 小时, 即办. Its data is the stored text, ``5d``."""

    data: str | None

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else Limit.stored(self.data).label if self.data else ""

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Turn what was written into what is stored."""
        if validation_stopped or self.errors:
            return
        text = str(self.data)
        if text in ("即办", "当日"):
            self.data = str(Limit.same_day())
            return
        written = WRITTEN.fullmatch(text)
        if written is None:
            raise ValidationError("请写成 5 个工作日、4 小时或即办")
        try:
            self.data = str(Limit.parse(f"{int(written[1])}{'h' if written[2].endswith(('时', 'h')) else 'd'}"))
        except ValueError as problem:
            raise ValidationError(str(problem)) from problem


class KindsField(SelectMultipleField):
    """Some of the clocks, in the order of the workflow."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        kinds = [SelectChoice(kind, ClockKind(kind).label) for kind in ladder_kinds()]
        super().__init__(label, choices=kinds, widget=ListWidget(), option_widget=CheckboxInput(),
                         render_kw={"data-look": "chips"}, **kwargs)


class DraftForm(RefusableForm):
    """改规则. ``step`` is "propose" once what it would have done was shown."""

    effective_on = DateField("从哪一天起生效", [InputRequired("请选择生效日期")], render_kw={"data-size": "m"},
                             description="当天零点起；已经开始的时限照原规则走完",
                             invalid_value_message="日期请写成 2026-08-24 这样")
    reason = TextAreaField("理由和依据", [DataRequired("请写明理由和依据"), NotLonger(max=REASON_LIMIT)], render_kw={"rows": 2})
    step = HiddenField()

    @property
    def values(self) -> dict[str, dict[str, Any]]:
        """What the form says, by policy."""
        found = {name: {key: self[f"{name}_{key}"].data for key in policies.DEFAULTS[name] if key != "heights"}
                 for name in EDITABLE}
        found["refusal"]["height"] = str(found["refusal"]["height"])
        heights = {str(kind): self[f"height_{kind}"].data for kind in TicketKind}
        found["refusal"]["heights"] = {kind: str(level) for kind, level in heights.items() if level}
        return found


def filled(values: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The form's fields as the rules stand."""
    fields = {f"{name}_{key}": value for name in EDITABLE for key, value in values[name].items() if key != "heights"}
    return fields | {f"height_{kind}": level for kind, level in values["refusal"]["heights"].items()}


def fields_of(name: str) -> list[str]:
    """The names of the fields of one group, in their order."""
    own = [f"{name}_{key}" for key in policies.DEFAULTS[name] if key != "heights"]
    return own + [f"height_{kind}" for kind in TicketKind] if name == "refusal" else own


def _field(name: str, key: str) -> Any:
    title, default = policy_words.label(name, key), policies.DEFAULTS[name][key]
    if key == "height":
        return CodeField(title, RefusalLevel, render_kw={"data-size": "m"})
    if isinstance(default, bool):
        return BooleanField(title)
    if isinstance(default, int):
        lowest, highest = (FEWEST_MEMBERS, MOST_MEMBERS) if key == "members" else (1, MOST_REJECTIONS)
        within = NumberRange(lowest, highest, f"应为 {lowest} 到 {highest}")
        return IntegerField(title, [InputRequired("请填写"), within], render_kw={"data-size": "s", "inputmode": "numeric"})
    if isinstance(default, list):
        return KindsField(title)
    return LimitField(title, [DataRequired("请填写时限"), NotLonger(max=20)], render_kw={"data-size": "m"})


for _name in EDITABLE:
    for _key in policies.DEFAULTS[_name]:
        if _key != "heights":
            setattr(DraftForm, f"{_name}_{_key}", _field(_name, _key))
for _kind in TicketKind:
    _height = CodeField(_kind.label, RefusalLevel, blank="同上", render_kw={"data-size": "m"})
    setattr(DraftForm, f"height_{_kind}", _height)
