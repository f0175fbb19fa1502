"""The form of a sampling plan: shares in per cent, one line each for what is set apart."""

from collections.abc import Callable, Iterator
from typing import Any

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, ValidationError

from models.follow_ups import Stratum
from models.tickets import Channel
from operations.insight import units
from operations.ratings.sampling.plans import REASON_LIMIT, Share, Shares
from operations.tickets.categories import OFFERED
from views.forms.base import NotLonger, RefusableForm
from views.forms.tickets import DayField

CHANNELS = {channel.label: channel.value for channel in Channel}


def _percent(label: str, hint: str = "") -> IntegerField:
    within = NumberRange(0, 100, "应为 0 到 100 的整数")
    return IntegerField(label, [InputRequired("请填写 0 到 100 的整数"), within], description=hint,
                        render_kw={"data-size": "s", "inputmode": "numeric"})


class SharesField(TextAreaField):
    """``名称 50``, one a line; ``code_of`` finds the code of a name, None where there is none."""

    def __init__(self, label: str, stratum: Stratum, code_of: Callable[[str], str | None], **kwargs: Any) -> None:
        super().__init__(label, [Optional(), NotLonger(max=4000)], render_kw={"rows": 3}, **kwargs)
        self.stratum, self.code_of = stratum, code_of
        self.answer: tuple[Share, ...] = ()

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Read every line, or say of the first that cannot be read what is wrong with it."""
        if not self.errors:
            self.answer = tuple(self._read())

    def _read(self) -> Iterator[Share]:
        for line in filter(None, (line.strip() for line in (self.data or "").splitlines())):
            name, _, percent = line.rpartition(" ")
            percent = percent.rstrip("%％")
            if not (name and percent.isascii() and percent.isdecimal() and len(percent) <= 3):
                raise ValidationError(f"“{line[:40]}”请写成 名称 比例，例如 {self.label.text.removeprefix('按')}甲 50")
            code = self.code_of(name.strip())
            if code is None:
                raise ValidationError(f"没有找到“{name[:30]}”")
            yield Share(self.stratum, code, int(percent))


def _unit(name: str) -> str | None:
    found = units.called(name)
    return str(found.id) if found else None


class PlanForm(RefusableForm):
    """定抽样方案."""

    region_id = SelectField("适用区域", coerce=int)
    begins_on = DayField("起用日期", [InputRequired("请选择起用日期")], render_kw={"data-size": "m"},
                         description="最早明天；从这天起反馈的诉求按本方案抽")
    tickets = _percent("诉求件回访多少（%）", "100 就是件件回访")
    counted = _percent("窗口办件回访多少（%）", "实名差评的件件回访，不看抽样")
    by_unit = SharesField("按单位", Stratum.UNIT, _unit, description="一行一个：市供电公司 100")
    by_category = SharesField("按类别", Stratum.CATEGORY, lambda name: name if name in OFFERED else None,
                              description="一行一个：政策兑现 60")
    by_channel = SharesField("按渠道", Stratum.CHANNEL, CHANNELS.get, description="一行一个：12345 30。一件合上几条的，按最高的算")
    reason = StringField("理由和依据", [DataRequired("请写明为什么抽样、依据是什么"), NotLonger(max=REASON_LIMIT)])

    @property
    def answers(self) -> dict[str, Any]:
        """As the operation takes it."""
        narrower = (*self.by_unit.answer, *self.by_category.answer, *self.by_channel.answer)
        return {"region_id": self.region_id.data, "begins_on": self.begins_on.data, "reason": self.reason.data,
                "shares": Shares(self.tickets.data or 0, self.counted.data or 0, narrower)}
