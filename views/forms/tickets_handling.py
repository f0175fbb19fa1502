"""Forms of intake, coordination and handling: from acceptance to the result."""

from functools import cached_property
from typing import Any

from flask import request
from wtforms import BooleanField, FieldList, FormField, HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, ValidationError

from models.tickets import Difficulty, LedgerClass, ResultKind, TicketKind
from operations.clocks import rulebook
from operations.clocks.calendar import Limit
from operations.clocks.clocks import ClockKind
from operations.insight.routing import catalogue
from operations.tickets import coordination, second_look, suggesting
from operations.tickets.consulting import DUTY_LIMIT, Decided
from operations.tickets.situation import Situation
from views.forms.base import BaseForm, NeededBeside, NotLonger
from views.forms.portal import CodeRadio
from views.forms.tickets import SHORT, ActForm, DayField, FiledActForm, UnitField, UnitsField, more_text, text

CONTACT_METHODS = ("电话", "上门", "微信", "平台消息")


class AcceptForm(ActForm):
    """受理."""

    category = StringField("事项类别", [InputRequired("请选择或填写事项类别"), NotLonger(max=120)],
                           render_kw={"list": "categories", "autocomplete": "off"})
    difficulty = CodeRadio("难易程度", Difficulty, validators=[InputRequired("请选择难易程度")],
                           description="决定办结时限，从派单起算", render_kw={"data-look": "list"})
    is_confidential = BooleanField("涉及商业秘密或个人隐私", description="办件上会标明“保密”，经办人不得外传")

    def prepare(self, situation: Situation) -> None:
        """Each difficulty with its limit; the category as the enterprise chose it."""
        limits = rulebook.current()
        self.difficulty.choices = [
            SelectChoice(one.value, f"{one.label}　{limits.limit(ClockKind.HANDLING, one).label}") for one in Difficulty
        ]
        self.actor = situation.actor
        if not self.is_submitted() and not self.category.data:
            self.category.data = situation.ticket.category

    @cached_property
    def suggestions(self) -> list[str]:
        """The categories to choose from: the dispatch catalogue's among them, so that it can answer."""
        return catalogue.known(self.actor)


class SupplementRequestForm(ActForm):
    """一次性告知."""

    missing = text("还缺哪些材料", "请一次写全缺少的材料", rows=6, hint="每件只能告知一次，请写全；企业收到的就是这段话")


class SupplementForm(FiledActForm):
    """补正, by the steward for the enterprise."""

    text = more_text("补充内容", most=2000, rows=5, hint="写明补充了什么，或上传材料")


class AnswerForm(ActForm):
    """直接答复."""

    text = text("答复内容", "请写明答复内容", rows=8, hint="企业会看到")


class DispatchForm(ActForm):
    """派单."""

    lead = UnitField("主办单位", [DataRequired("请选择主办单位")])
    assisting = UnitsField("协办单位", lines=4)
    basis = text("派单依据", "请写明派单依据：职责分工、文件条款或先例", most=SHORT, rows=3)
    is_ruling = BooleanField("这是归属裁定", description="裁定后任何单位不能再退回，裁定存为先例；第二次退回后派单自动成为裁定")
    ruling_words = more_text("裁定理由", most=2000, hint="采纳或不采纳各家理由的原因；随裁定存为先例，供以后派单参考")

    def prepare(self, situation: Situation) -> None:
        """Rulings are the service centre's. ``?take=0`` fills in the first suggestion, ``?ruling=1`` ticks it."""
        self.ticket = situation.ticket
        if not coordination.may_rule(situation.ticket, situation.actor):
            del self.is_ruling
            del self.ruling_words
        elif request.args.get("ruling") == "1" and not self.is_submitted():
            self.is_ruling.data = True
        asked = request.args.get("take", "")
        if asked.isdecimal() and len(asked) < 3 and not self.is_submitted():
            self._take(int(asked))

    @cached_property
    def offers(self) -> list[suggesting.Offer]:
        """What the catalogue and precedents say, asked when the page shows it."""
        return suggesting.offers(self.ticket)

    def _take(self, place: int) -> None:
        taken = next((one for one in self.offers[place : place + 1] if not one.objection), None)
        if taken:
            self.lead.data, self.basis.data = taken.unit.name, taken.basis
            for entry, unit in zip(self.assisting.entries, taken.assisting, strict=False):
                entry.data = unit.name


class TransferForm(ActForm):
    """转办."""

    lead = UnitField("新主办单位", [DataRequired("请选择新主办单位")])
    reason = text("转办理由", "请写明为什么转办", most=SHORT, rows=3, hint="办结时限不停、不重新计算")


class ContactForm(ActForm):
    """首次联系."""

    method = SelectField("联系方式", choices=[SelectChoice(way) for way in CONTACT_METHODS], render_kw={"data-size": "m"})
    words = text("联系了谁，说了什么", "请写明联系人和内容", rows=4)


class SendBackForm(ActForm):
    """提请退回."""

    reason = text("退回理由", "请写明为什么不属于本单位", rows=4, hint="退回不重新计时，并计入本单位退回次数")
    law = StringField("依据的法律或文件", [DataRequired("请写明依据的法律、法规或职责文件名称"), NotLonger(max=200)],
                      render_kw={"placeholder": "例如：电力供应与使用条例"})
    article = StringField("条款", [DataRequired("请写明依据的条款"), NotLonger(max=200)],
                          render_kw={"placeholder": "例如：第二十三条"})
    suggested_unit = UnitField("建议的主办单位", [Optional()])


class ExtensionForm(ActForm):
    """申请延期."""

    until = DayField("延至哪一天", [InputRequired("请填写延至哪一天")], render_kw={"data-size": "m"})
    reason = text("延期理由", "请写明为什么不能按期办结", rows=4)
    basis = more_text("依据", rows=2)


class LedgerForm(ActForm):
    """提请挂账."""

    ledger_class = CodeRadio("挂账类别", LedgerClass, validators=[InputRequired("请选择挂账类别")])
    until = DayField("复核日期", [InputRequired("请填写复核日期")], description="最晚 90 天，到日自动恢复计时",
                     render_kw={"data-size": "m"})
    reason = text("证据和情况", "请写明为什么现在办不了，有什么证据", rows=5)


class StrikeOffForm(ActForm):
    """提请销号."""

    reason = text("销号证据和企业意见", "请写明办成了什么、证据在哪里、企业怎么说", rows=5)


class ResultForm(FiledActForm):
    """提交办理结果. ``heeded`` says which hints have been shown already."""

    result_kind = CodeRadio("办理结果", ResultKind, validators=[InputRequired("请选择办理结果")])
    reason = text("办理情况说明", "请写明做了什么、结果怎样", rows=8, hint="针对企业提的问题逐条写；签批后企业能看到")
    next_step = more_text("下一步", rows=2, hint="没有完全解决的，写明谁在什么时候做什么")
    adopted = RadioField("建议是否采纳", validate_choice=False, description="不采纳的在说明里写清理由",
                         choices=[SelectChoice("yes", "采纳"), SelectChoice("no", "不采纳")])
    heeded = HiddenField()

    def prepare(self, situation: Situation) -> None:
        """Only a 建议 is adopted or not."""
        if situation.ticket.kind is not TicketKind.SUGGESTION:
            del self.adopted

    def validate_adopted(self, field: Any) -> None:
        """A 建议 ends with 采纳 or 不采纳."""
        if field.data not in ("yes", "no"):
            raise ValidationError("请选择是否采纳")

    @property
    def answers(self) -> dict[str, Any]:
        """``adopted`` as yes or no."""
        said = super().answers
        return said | {"adopted": said["adopted"] == "yes"} if "adopted" in said else said

    def second_thoughts(self, situation: Situation) -> list[str]:
        """The hints that have not been shown for these very words."""
        look = second_look.of_result(situation.ticket, self.reason.data, kind=self.result_kind.data,
                                     next_step=self.next_step.data, unit_id=situation.ticket.lead_unit_id)
        shown = second_look.digest(self.reason.data, look)
        new = look if self.heeded.data != shown else []
        self.heeded.data, self.heeded.raw_data = shown, None
        return new


class AssistanceForm(ActForm):
    """报送协办结果."""

    report = text("协办情况", "请写明本单位做了什么、结果怎样", rows=6)


class WaiverForm(ActForm):
    """免除协办."""

    unit_id = SelectField("免除哪个单位", coerce=int)
    reason = text("理由", "请写明为什么不需要它协办", most=SHORT, rows=3)

    def prepare(self, situation: Situation) -> None:
        """The units that assist now."""
        open_now = {order.id for order in situation.open_assistance}
        units = [unit for order, unit in situation.orders if order.id in open_now]
        self.unit_id.choices = [SelectChoice(str(unit.id), unit.name) for unit in units]


class DecisionForm(BaseForm):
    """会商定下的一件事. A line without a unit is none."""

    class Meta(BaseForm.Meta):
        """The act's own form carries the token."""

        csrf = False

    form_key = None
    unit = UnitField("责任单位", [Optional()])
    duty = StringField("要办的事", [NotLonger(max=DUTY_LIMIT)])
    due_on = DayField("完成期限", [NeededBeside("duty", "请写明完成期限")], render_kw={"data-size": "m"})

    def validate_duty(self, field: StringField) -> None:
        """A unit has something to do, and something to do has a unit."""
        if bool(self.unit.data) != bool(field.data):
            raise ValidationError("请写明责任单位和要办的事")

    @property
    def decided(self) -> Decided:
        """Owner, what, and by when."""
        assert self.unit.answer is not None
        return Decided(self.unit.answer, self.duty.data, self.due_on.data)


class ConsultForm(ActForm):
    """会商."""

    units = UnitsField("参加单位", description="办理中的会商，参加单位成为协办单位")
    held_on = DayField("会商日期", [InputRequired("请填写会商日期")], render_kw={"data-size": "m"})
    outcome = text("会商结论", "请写明会商定了什么、谁来做", rows=5)
    decisions = FieldList(FormField(DecisionForm), "定下的事（有责任单位和期限，成为该单位的协办任务）", min_entries=2, max_entries=12)

    @property
    def answers(self) -> dict[str, Any]:
        """The decisions as the operation takes them; empty lines are none."""
        return super().answers | {"decisions": [line.form.decided for line in self.decisions if line.form.unit.data]}

    def validate_units(self, field: UnitsField) -> None:
        """Somebody took part."""
        if not any(entry.data for entry in field.entries):
            field.entries[0].errors = ["请至少填写一个参加单位"]
            raise ValidationError("请至少填写一个参加单位")


class InstructForm(ActForm):
    """批示."""

    words = text("批示内容", "请写明批示内容", rows=4)
    days = IntegerField("几个工作日内落实", [InputRequired("请填写工作日数"), NumberRange(1, 60, "请填写 1 到 60 的整数")],
                        default=5, render_kw={"data-size": "s", "inputmode": "numeric"})

    @property
    def answers(self) -> dict[str, Any]:
        """The limit in working days."""
        said = super().answers
        return {"words": said["words"], "limit": Limit(said["days"], "d")}
