"""Forms of 万企评机关: what is planned, which objects, and the answer of whoever holds a link."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from wtforms import IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from models.campaigns import ObjectKind
from models.ratings import Grade
from operations.clocks import rulebook
from operations.ratings.campaigns import answering, planning
from operations.ratings.campaigns.answering import Opinion
from operations.ratings.campaigns.planning import MOST_DRAWN, Plan
from views.forms.base import BaseForm, NotLonger, RefusableForm
from views.forms.portal import UNKNOWN, CodeRadio
from views.forms.tickets import DayField, text

UNFAMILIAR = "unknown"


def _points(grade: Grade) -> IntegerField:
    within = NumberRange(0, 100, "应为 0 到 100")
    return IntegerField(grade.label, [InputRequired("请填写分值"), within],
                        render_kw={"data-size": "s", "inputmode": "numeric"})


class PlanForm(RefusableForm):
    """发起评议."""

    title = StringField("名称", [DataRequired("请写明评议名称"), NotLonger(max=planning.TITLE_LIMIT)],
                        description="例如 2026 年下半年万企评机关")
    begins_on = DayField("评议期从", [InputRequired("请选择开始日期")], render_kw={"data-size": "m"})
    ends_on = DayField("评议期到", [InputRequired("请选择结束日期")], render_kw={"data-size": "m"},
                       description="这段时间里与对象打过交道的企业进入抽样框")
    answer_until = DayField("答卷截止日", [InputRequired("请选择答卷截止日")], render_kw={"data-size": "m"})
    sample_size = IntegerField(
        "每个对象最多抽多少家", [InputRequired("请填写家数"), NumberRange(1, MOST_DRAWN, f"应为 1 到 {MOST_DRAWN}")],
        render_kw={"data-size": "s", "inputmode": "numeric"}, description="不够的全部邀请",
    )
    seed = StringField("随机种子", [Optional(), NotLonger(max=planning.SEED_LIMIT)], render_kw={"autocomplete": "off"},
                       description="可填当天公开的开奖号码等；不填由系统产生。定下后不能改，谁都可以据此核对抽样")
    very_satisfied = _points(Grade.VERY_SATISFIED)
    satisfied = _points(Grade.SATISFIED)
    fairly_satisfied = _points(Grade.FAIRLY_SATISFIED)
    dissatisfied = _points(Grade.DISSATISFIED)
    very_dissatisfied = _points(Grade.VERY_DISSATISFIED)

    @property
    def plan(self) -> Plan:
        """What is planned, as the operation takes it."""
        return Plan(
            title=self.title.data or "", begins_on=self.begins_on.data or date.min,
            ends_on=self.ends_on.data or date.min, answer_until=self.answer_until.data or date.min,
            sample_size=self.sample_size.data or 0, seed=self.seed.data or "",
            weights={grade: self[grade.value].data for grade in Grade},
        )


def defaults() -> dict[str, Any]:
    """The site's own points and sample."""
    rules = rulebook.current().policy("campaign")
    return {**rules["weights"], "sample_size": rules["sample_size"]}


class ObjectsForm(RefusableForm):
    """加对象."""

    peer_group = StringField("同类组", [DataRequired("请填写同类组"), NotLonger(max=planning.GROUP_LIMIT)],
                             description="只在组内排名，例如 市直审批部门、乡镇街道", render_kw={"data-size": "l", "list": "groups"})
    kind = CodeRadio("类别", ObjectKind, validators=[InputRequired("请选择类别")])
    lines = text("对象", "请填写对象", most=20_000, rows=6, hint="一行一个单位名称；没有单独登记的处室写成 单位/处室")


class ActForm(RefusableForm):
    """An act that asks for nothing."""


class AnswerForm(BaseForm):
    """答卷. ``of`` makes the form of these objects: a grade and words for each."""

    @classmethod
    def of(cls, objects: Iterable[Any]) -> "AnswerForm":
        """The form for objects with ``id`` and ``name``."""
        fields: Mapping[str, Any] = {
            name: field for one in objects
            for name, field in ((f"grade_{one.id}", _grade(one.name)), (f"words_{one.id}", _words(one.name)))
        }
        form: Any = type("AnswerForm", (cls,), dict(fields))
        made: AnswerForm = form.from_request()
        return made

    @property
    def opinions(self) -> dict[int, Opinion]:
        """What was said of each object."""
        ids = [int(name.removeprefix("grade_")) for name in self.data if name.startswith("grade_")]
        return {one: Opinion(self._grade(one), self[f"words_{one}"].data or "") for one in ids}

    def _grade(self, object_id: int) -> Grade | None:
        said = self[f"grade_{object_id}"].data
        return None if said == UNFAMILIAR else Grade(said)


def _grade(name: str) -> RadioField:
    offered = [SelectChoice(grade.value, grade.label) for grade in Grade] + [SelectChoice(UNFAMILIAR, "不了解")]
    return RadioField(name, [InputRequired(f"请评价{name}，没打过交道的选不了解")], choices=offered, **UNKNOWN,
                      render_kw={"data-look": "list"})


def _words(name: str) -> TextAreaField:
    return TextAreaField(f"想对{name}说的话", [Optional(), NotLonger(max=answering.WORDS_LIMIT)], render_kw={"rows": 2})
