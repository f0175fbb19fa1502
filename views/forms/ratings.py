"""好差评: the rating, what is added to it, and the reasons that are offered."""

from typing import Any

from wtforms import DateField, RadioField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from models.ratings import Grade, RatingOccasion
from operations.ratings.additions import Addition
from operations.ratings.opinions import OPINION_LIMIT, Opinion
from operations.ratings.tags import LONGEST_TAG, MOST_TAGS, REASON_LIMIT, grades_by_tag
from views.forms.base import BaseForm, CodeField, NotLonger, RefusableForm
from views.forms.portal import UNKNOWN, CodeRadio

CHIPS = {"widget": ListWidget(), "option_widget": CheckboxInput(), "render_kw": {"data-look": "chips"}, **UNKNOWN}


class RateForm(BaseForm):
    """好差评. Reasons go by the grade and by where the work was done; one is required with a bad grade only."""

    grade = CodeRadio("您的评价", Grade, validators=[InputRequired("请选择一个等级")], render_kw={"data-look": "rate"})
    tags = SelectMultipleField("原因", description="不满意、非常不满意，请至少选一项；其他等级可不选。", **CHIPS)
    words = TextAreaField("还想说的话", [Optional(), NotLonger(max=OPINION_LIMIT)],
                          render_kw={"rows": 3, "data-max": OPINION_LIMIT})
    named = RadioField(
        "实名还是匿名", default="yes", render_kw={"data-look": "list"}, **UNKNOWN,
        choices=[
            SelectChoice("yes", "实名", {"data-hint": "承办单位能看到评价。差评 1 个工作日内联系您，15 个工作日内整改。"}),
            SelectChoice("no", "匿名", {"data-hint": "承办单位和管家看不到您评价过，等级和留言只计入统计；因此没有人能就这次差评联系您。"}),
        ],
    )

    def __init__(self, *args: Any, occasion: RatingOccasion = RatingOccasion.ONLINE, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._grades = grades_by_tag(occasion)
        self.tags.choices = [SelectChoice(tag, tag, {"data-when": " ".join(grades)})
                             for tag, grades in self._grades.items()]

    def validate_tags(self, field: SelectMultipleField) -> None:
        """A bad grade needs a reason (domain.md §8)."""
        if self.grade.data is not None and self.grade.data.is_bad and not self._reasons(field.data):
            raise ValidationError("请至少选一项不满意的原因")

    @property
    def opinion(self) -> Opinion:
        """What the operations understand. Reasons of another grade are let go."""
        return Opinion(grade=self.grade.data, tags=self._reasons(self.tags.data), words=self.words.data,
                       is_anonymous=self.named.data == "no")

    def _reasons(self, chosen: list[str] | None) -> tuple[str, ...]:
        return tuple(tag for tag in chosen or () if self.grade.data in self._grades.get(tag, ()))


class EnteredRatingForm(RateForm, RefusableForm):
    """代录评价: as the enterprise said it on the telephone."""


class AdditionForm(RefusableForm):
    """追评. Everything may be left empty, only not all at once."""

    words = TextAreaField("补充的话", [Optional(), NotLonger(max=OPINION_LIMIT)],
                          render_kw={"rows": 3, "data-max": OPINION_LIMIT})
    grade = CodeField("现在看，您觉得", Grade, blank="不改变看法", render_kw={"data-size": "m"},
                      description="原来的评价不变，只记下您现在的看法")

    @property
    def addition(self) -> Addition:
        """What the operations understand."""
        return Addition(words=self.words.data, grade=self.grade.data)


class TagSetForm(RefusableForm):
    """换一版选项: one reason a line."""

    tags = TextAreaField("选项", [DataRequired("请填写选项")], render_kw={"rows": 8},
                         description=f"一行一个，2 到 {MOST_TAGS} 个，每个最多 {LONGEST_TAG} 字")
    effective_on = DateField("从哪一天起使用", [InputRequired("请选择日期")], render_kw={"data-size": "m"},
                             description="当天零点起；已经给出的评价保留原来的版本",
                             invalid_value_message="日期请写成 2026-08-24 这样")
    reason = TextAreaField("理由和依据", [DataRequired("请写明理由和依据"), NotLonger(max=REASON_LIMIT)],
                           render_kw={"rows": 2})
