"""Forms by which enterprises go from one steward to another, for good or for a time."""

from collections.abc import Iterable
from typing import Any

from wtforms import DateField, HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from models.access import User
from operations.clocks import shanghai
from operations.directory import stewards
from operations.directory.tenures import REASON_LIMIT
from views.forms.base import NotLonger, RefusableForm

LARGEST_ID = 2**31 - 1


def _row_id(text: Any) -> int:
    """A row's id as it was sent; 0 for what no row can have."""
    said = str(text)
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 10 and int(said) <= LARGEST_ID else 0


class StewardField(StringField):
    """A steward on duty, typed as name, account, phone or ``刘敏（城东街道）``; ``person`` is whom it means."""

    person: User | None = None

    def __init__(self, label: str, **kwargs: Any) -> None:
        kwargs.setdefault("validators", [DataRequired("请写明是哪位管家")])
        kwargs.setdefault("description", "姓名、手机号或账号；重名时写成 刘敏（城东街道）")
        kwargs["render_kw"] = {"data-suggest": "/stewards/names?q=", "data-size": "l", "autocomplete": "off"}
        super().__init__(label, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Tell who is meant; nobody or several of one name is an error that says what to write."""
        words = (self.data or "")[:100]
        if not words:
            return
        found = stewards.meant(words)
        if not found:
            raise ValidationError(f"没有在岗的管家叫“{words[:30]}”")
        if len(found) > 1:
            raise ValidationError(f"叫“{words[:30]}”的管家有几位，请写手机号，或写成 姓名（单位简称）")
        self.person = found[0]


def reason_field(label: str = "理由", hint: str = "写进包保历史，双方都能看到。") -> TextAreaField:
    """Why; kept with the stewardship."""
    return TextAreaField(label, [InputRequired("请写明理由"), NotLonger(max=REASON_LIMIT)], description=hint,
                         render_kw={"rows": 2, "data-max": REASON_LIMIT})


class AssignForm(RefusableForm):
    """指派主管家 of the enterprises in ``picked``, ``12.5`` being enterprise 12 whose main row was 5 when shown."""

    picked = HiddenField()
    steward = StewardField("新的主管家")
    reason = reason_field()


class CoverForm(RefusableForm):
    """备岗 for everything a steward looks after."""

    substitute = StewardField("由谁备岗")
    starts_on = DateField("从哪天起", [InputRequired("请选开始的日期")], render_kw={"data-size": "m"},
                          invalid_value_message="日期请写成 2026-08-24 这样")
    ends_on = DateField("到哪天止", [InputRequired("请选结束的日期")], render_kw={"data-size": "m"},
                        description="含当天；到期自动结束。", invalid_value_message="日期请写成 2026-08-24 这样")
    reason = reason_field()

    def offer_today(self) -> None:
        """Most covers begin today."""
        if self.starts_on.data is None and not self.starts_on.raw_data:
            self.starts_on.data = shanghai.today()


class LeaveForm(RefusableForm):
    """离岗."""

    reason = reason_field("离岗原因", "例如 调任市商务局、退休。")


class HandoverForm(RefusableForm):
    """移交. ``whole`` is the usual package; else what is ticked."""

    receiver = StewardField("交给谁")
    reason = reason_field("移交理由")
    whole = RadioField("移交哪些", default="all", choices=[SelectChoice("all", "全部"), SelectChoice("some", "只交下面勾选的")],
                       invalid_value_message="请选择移交哪些", validators=[InputRequired("请选择移交哪些")])
    firms = SelectMultipleField("企业", coerce=_row_id, choices=[], widget=ListWidget(), option_widget=CheckboxInput(),
                                validators=[Optional()], validate_choice=False)

    def offer(self, firms: Iterable[Any]) -> None:
        """The enterprises that may be handed over."""
        self.firms.choices = [SelectChoice(row.id, row.name) for row in firms]

    @property
    def chosen(self) -> list[int] | None:
        """The ids of the ticked ones; None for all of them."""
        if self.whole.data == "all":
            return None
        return [one for one in self.firms.data or () if one]

    def is_sound(self) -> bool:
        """Whether something is handed over at all."""
        if self.chosen == []:
            self.blame("firms", "请勾选要移交的企业，或选择全部移交")
            return False
        return True


class PlanForm(RefusableForm):
    """生成分配方案."""

    region = StringField("区域", [Optional(), NotLonger(max=64)], description="只为这个区域的企业生成；不填就是全部。",
                         render_kw={"data-suggest": "/search/regions?q=", "data-size": "l"})


class CorrectForm(RefusableForm):
    """改一行方案."""

    steward = StewardField("改由谁主管")


class WordsForm(RefusableForm):
    """Why a hand-over is declined or called off."""

    words = TextAreaField("原因", [InputRequired("请写明原因"), NotLonger(max=REASON_LIMIT)],
                          render_kw={"rows": 2, "data-max": REASON_LIMIT})
