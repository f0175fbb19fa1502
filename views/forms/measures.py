"""Forms of 约谈、挂牌督办、移交问责 and of the unit's 复核."""

from datetime import date
from typing import Any

from wtforms import FieldList, FormField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional, ValidationError

from models.measures import MeasureKind, ReconsiderationOutcome
from operations.supervision.measures import carrying_out, deciding, proposing, reconsidering
from operations.supervision.measures.carrying_out import Record
from operations.supervision.measures.proposing import Grounds, Person
from views.forms.base import BaseForm, NeededBeside, NotLonger, RefusableForm
from views.forms.portal import CodeRadio
from views.forms.tickets import DayField, UnitField, more_text, text

COMMITMENTS = 3


def _name(label: str) -> StringField:
    return StringField(label, [NotLonger(max=proposing.NAME_LIMIT)],
                       render_kw={"data-size": "m", "autocomplete": "off"})


class ProposeForm(RefusableForm):
    """提请. ``unit`` is asked for where the page is not about a ticket."""

    kind = CodeRadio("提请什么", MeasureKind, validators=[InputRequired("请选择提请什么")],
                     description="领导批准后生效；移交问责要先约谈或者挂牌督办过")
    unit = UnitField("单位", [Optional()])
    reason = text("事由", "请写明事由", most=proposing.REASON_LIMIT, rows=4, hint="批准后单位负责人会看到")
    direct_name = _name("直接责任人姓名")
    direct_title = _name("直接责任人职务")
    leading_name = _name("领导责任人姓名")
    leading_title = _name("领导责任人职务")

    def validate_direct_name(self, field: StringField) -> None:
        """一案双查: a referral names two."""
        if self.kind.data is MeasureKind.REFERRAL and not field.data:
            raise ValidationError("移交问责须写明直接责任人")

    def validate_leading_name(self, field: StringField) -> None:
        """一案双查: a referral names two."""
        if self.kind.data is MeasureKind.REFERRAL and not field.data:
            raise ValidationError("移交问责须写明领导责任人")

    @property
    def grounds(self) -> Grounds:
        """What is proposed, as the operation takes it."""
        direct = Person(self.direct_name.data or "", self.direct_title.data or "")
        leading = Person(self.leading_name.data or "", self.leading_title.data or "")
        return Grounds(self.kind.data, self.reason.data, direct, leading)


class ApproveForm(RefusableForm):
    """同意."""

    words = more_text("批准意见", most=deciding.WORDS_LIMIT, rows=2)


class DeclineForm(RefusableForm):
    """不同意."""

    words = text("不同意的理由", "请写明不同意的理由", most=deciding.WORDS_LIMIT, rows=3)


class CommitmentForm(BaseForm):
    """承诺. A line without words is none."""

    class Meta(BaseForm.Meta):
        """The record's own form carries the token."""

        csrf = False

    form_key = None
    words = StringField("承诺事项", [NotLonger(max=carrying_out.LINE_LIMIT)])
    due_on = DayField("完成期限", [NeededBeside("words", "请写明完成期限")], render_kw={"data-size": "m"})

    @property
    def promise(self) -> tuple[str, date]:
        """What was promised, by when."""
        return self.words.data, self.due_on.data


class RecordForm(RefusableForm):
    """约谈记录."""

    held_on = DayField("约谈日期", [InputRequired("请填写约谈日期")], render_kw={"data-size": "m"})
    place = StringField("地点", [InputRequired("请写明约谈地点"), NotLonger(max=carrying_out.PLACE_LIMIT)])
    participants = StringField("参加人", [InputRequired("请写明参加人"), NotLonger(max=carrying_out.LINE_LIMIT)],
                               description="主持人、约谈对象、记录人")
    words = text("约谈内容", "请写明约谈内容", most=carrying_out.TEXT_LIMIT, rows=6, hint="单位负责人会看到")
    commitments = FieldList(FormField(CommitmentForm), "单位承诺", min_entries=COMMITMENTS,
                            max_entries=carrying_out.MOST_COMMITMENTS)

    def validate_commitments(self, field: FieldList) -> None:
        """Whoever was talked with has promised something."""
        if not any(line.form.words.data for line in field):
            raise ValidationError("请至少写一条承诺")

    @property
    def told(self) -> Record:
        """The record, as the operation takes it."""
        promised = [line.form.promise for line in self.commitments if line.form.words.data]
        return Record(self.held_on.data, self.place.data, self.participants.data, self.words.data, promised)


class ProgressForm(RefusableForm):
    """报进展."""

    words = text("进展", "请写明进展", most=carrying_out.LINE_LIMIT, rows=3)


class TakeDownForm(RefusableForm):
    """摘牌."""

    words = text("摘牌理由", "请写明摘牌理由", most=carrying_out.TEXT_LIMIT, rows=3)


class FeedBackForm(RefusableForm):
    """反馈问责结果."""

    words = text("处理结果", "请写明处理结果", most=carrying_out.TEXT_LIMIT, rows=4, hint="提请单位和批准的领导会看到")


class KeepForm(RefusableForm):
    """承诺落实."""

    commitment_id = HiddenField()

    @property
    def answers(self) -> dict[str, Any]:
        """Which promise; what is no number is none."""
        said = self.commitment_id.data or ""
        is_id = said.isascii() and said.isdigit() and len(said) <= 9
        return {"commitment_id": int(said) if is_id else 0}


class ReconsiderForm(RefusableForm):
    """申请复核."""

    reasons = TextAreaField("复核理由", [InputRequired("请写明申请复核的理由"), NotLonger(max=reconsidering.TEXT_LIMIT)],
                            description="由没有参与过的单位和人员复核；有决定前照常执行", render_kw={"rows": 6})


class ReconsideredForm(RefusableForm):
    """复核决定."""

    outcome = CodeRadio("复核结论", ReconsiderationOutcome, validators=[InputRequired("请选择复核结论")],
                        description="撤销的，不再计入各项数字")
    words = text("复核意见", "请写明复核意见", most=reconsidering.TEXT_LIMIT, rows=4, hint="申请单位会看到")
