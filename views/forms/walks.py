"""Forms of 走流程: a walk with its steps, and a problem that goes on the line."""

from wtforms import FieldList, FormField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, NumberRange, Optional

from models.engagement import WalkMode, Walkthrough
from operations.engagement.walks import MOST_COUNT, MOST_STEPS, Step, Walk
from views.forms.base import BaseForm, CodeField, NotLonger
from views.forms.cadence import FirmField, ObedientForm
from views.forms.meetings import NameField
from views.forms.tickets import DayField, UnitField

LINES = 6
COUNT = {"data-size": "s", "inputmode": "numeric"}


def number_field(label: str) -> IntegerField:
    """A count that is zero when it is left out."""
    return IntegerField(label, [Optional(), NumberRange(0, MOST_COUNT, "请填写不太大的整数")], render_kw=COUNT)


class StepForm(BaseForm):
    """一个环节. A line without a name is no step."""

    class Meta(BaseForm.Meta):
        """The walk's own form carries the token."""

        csrf = False

    form_key = None
    name = StringField("环节", [Optional(), NotLonger(max=60)])
    minutes = number_field("用时（分钟）")
    materials = number_field("材料（份）")
    trips = number_field("跑动（次）")

    @property
    def step(self) -> Step:
        """The step, as the operation takes it."""
        return Step(self.name.data, self.minutes.data or 0, self.materials.data or 0, self.trips.data or 0)


class WalkForm(ObedientForm):
    """走流程记录. A second walk keeps the item and the unit of the first."""

    walker = NameField("走流程的领导", [DataRequired("请写姓名"), NotLonger(max=64)], description="同名的写成：姓名 单位简称",
                       render_kw={"data-size": "m", "autocomplete": "off"})
    walked_on = DayField("日期", [DataRequired("请填写日期")], render_kw={"data-size": "m"})
    item = StringField("办理事项", [DataRequired("请写办理事项的名称"), NotLonger(max=100)])
    unit = UnitField("责任单位", [DataRequired("请选择责任单位")])
    mode = CodeField("方式", WalkMode, render_kw={"data-size": "m"})
    place = StringField("大厅、窗口或网上渠道", [Optional(), NotLonger(max=100)])
    steps = FieldList(FormField(StepForm), "环节", min_entries=LINES, max_entries=MOST_STEPS)
    problems = TextAreaField("发现的问题", [Optional(), NotLonger(max=6000)], description="每行一个",
                             render_kw={"rows": 4})
    conclusion = TextAreaField("体验和建议", [Optional(), NotLonger(max=1000)], render_kw={"rows": 3})

    def repeat(self, first: Walkthrough) -> None:
        """回头看: what is walked again is not asked again."""
        del self.item, self.unit
        if not self.is_submitted():
            self.walker.data = first.walker.name

    def walk(self, first: Walkthrough | None) -> Walk:
        """The walk, as the operation takes it."""
        lines = (line.strip()[:500] for line in (self.problems.data or "").splitlines())
        unit = first.unit if first else self.unit.answer
        assert unit is not None and self.walker.answer is not None
        return Walk(
            walker_id=self.walker.answer, walked_on=self.walked_on.data, item=first.item if first else self.item.data,
            mode=self.mode.data, unit_id=unit.id, place=self.place.data, conclusion=self.conclusion.data,
            steps=[line.form.step for line in self.steps if line.form.name.data],
            problems=[line for line in lines if line], first=first,
        )


class ProblemTicketForm(ObedientForm):
    """问题转办件."""

    enterprise = FirmField("涉及哪家企业", [DataRequired("请写明是哪家企业"), NotLonger(max=200)],
                           render_kw={"autocomplete": "off", "placeholder": "企业名称或信用代码"})
