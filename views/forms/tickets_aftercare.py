"""Forms of what follows a result, and of what is said or changed beside the main line."""

from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from models.ratings import ReworkReason
from models.tickets import ReplyMethod
from operations.clocks.calendar import Limit
from operations.insight.ticket_page.dossier import Dossier
from operations.tickets.aftercare import Call
from views.forms.base import NotLonger
from views.forms.portal import CodeRadio
from views.forms.tickets import SHORT, ActForm, MainTicketField, MomentField, more_text, text

YES_NO = [SelectChoice("yes", "是"), SelectChoice("no", "否")]


class ReplyForm(ActForm):
    """反馈."""

    method = CodeRadio("怎么告知企业的", ReplyMethod, validators=[InputRequired("请选择反馈方式")])
    told_at = MomentField("什么时候告知的", [Optional()], description="不填就是现在", render_kw={"data-size": "m"})
    text = text("告诉企业的话", "请写明告诉了企业什么", rows=6, hint="企业会看到")
    first_answer = more_text("企业当场怎么说", rows=2)


class FollowUpForm(ActForm):
    """回访."""

    was_reached = RadioField("接通了吗", [InputRequired("请选择是否接通")],
                             choices=[SelectChoice("yes", "接通"), SelectChoice("no", "没接通")])
    is_solved = RadioField("企业说问题解决了吗", choices=YES_NO, validate_choice=False, description="接通了才填")
    is_satisfied = RadioField("企业满意吗", choices=YES_NO, validate_choice=False, description="接通了才填")
    rework_reason = CodeRadio("企业为什么不认可", ReworkReason, validate_choice=False,
                              description="未解决或不满意才选；会写进新一轮，办理单位看得到")
    words = more_text("企业的原话", most=2000, rows=4, hint="照实记录；未解决或不满意将开新一轮办理")
    is_unreasonable = BooleanField("我认为诉求不合理，提请督办员复核",
                                   description="复核同意的不开新一轮，转入评价；不同意的照开新一轮")
    grounds = more_text("不合理的理由和依据", rows=3, hint="提请复核才填")

    def validate(self, **kwargs: Any) -> bool:
        """Whoever was reached has said whether it is solved and whether they are satisfied."""
        valid = super().validate(**kwargs)
        if self.was_reached.data == "yes":
            for field, sentence in ((self.is_solved, "请选择是否解决"), (self.is_satisfied, "请选择是否满意")):
                if field.data not in ("yes", "no"):
                    self.blame(field.name, sentence)
                    valid = False
            if valid and self.asks_for_rework and not self.rework_reason.data:
                self.blame("rework_reason", "请选择企业不认可的原因")
                valid = False
        return self._says_why_unreasonable() and valid

    def _says_why_unreasonable(self) -> bool:
        if not self.is_unreasonable.data:
            return True
        if not self.asks_for_rework:
            self.blame("is_unreasonable", "未解决或不满意的，才能提请认定诉求不合理")
        elif not self.grounds.data:
            self.blame("grounds", "请写明不合理的理由和依据")
        return self.asks_for_rework and bool(self.grounds.data)

    @property
    def asks_for_rework(self) -> bool:
        """Unsolved or dissatisfied."""
        return self.was_reached.data == "yes" and "no" in (self.is_solved.data, self.is_satisfied.data)

    @property
    def answers(self) -> dict[str, Any]:
        """The call."""
        reached = self.was_reached.data == "yes"
        is_solved, is_satisfied = (
            field.data == "yes" if reached else None for field in (self.is_solved, self.is_satisfied)
        )
        return {"call": Call(reached, is_solved, is_satisfied, words=self.words.data,
                             rework_reason=self.rework_reason.data if self.asks_for_rework else None,
                             unreasonable=self.grounds.data if self.is_unreasonable.data else "")}


class ReasonForm(ActForm):
    """重启, 撤销并单, 督办: a reason."""

    reason = text("理由", "请写明理由", most=SHORT, rows=4)


class MergeForm(ActForm):
    """并单."""

    main = MainTicketField("主件", [InputRequired("请填写主件的办件号"), NotLonger(max=24)], description="办件号或后四位以上",
                           id="main-ticket", render_kw={"data-size": "l", "autocomplete": "off"})
    reason = text("理由", "请写明为什么是同一件事", most=SHORT, rows=3, hint="企业会看到；并入的企业各自评价，可撤销")


class WordsForm(ActForm):
    """催办."""

    words = text("催办内容", "请写明催什么", most=SHORT, rows=3)


class InstructionAnswerForm(ActForm):
    """落实批示."""

    instruction_id = SelectField("哪一条批示", coerce=int)
    words = text("落实情况", "请写明落实情况", rows=5)

    def prepare(self, situation: Dossier) -> None:  # type: ignore[override]
        """The instructions that nobody has answered."""
        self.instruction_id.choices = [SelectChoice(str(one.id), one.words[:60]) for one in situation.open_instructions]

    def validate_instruction_id(self, field: Any) -> None:
        """One of those."""
        if field.data is None:
            raise ValidationError("请选择一条批示")


class AcceptInstructionForm(ActForm):
    """认可批示回报."""

    instruction_id = SelectField("哪一条批示", coerce=int)
    words = more_text("意见", rows=2)

    def prepare(self, situation: Dossier) -> None:  # type: ignore[override]
        """The answers that wait, in full: there is rarely more than one."""
        waiting = situation.instructions_to_judge
        self.instruction_id.choices = [SelectChoice(str(one.id), one.words[:60]) for one in waiting]
        self.instruction_id.description = "　".join(f"回报：{one.answer}" for one in waiting)

    def validate_instruction_id(self, field: Any) -> None:
        """One of those."""
        if field.data is None:
            raise ValidationError("请选择一条批示")


class ReturnInstructionForm(AcceptInstructionForm):
    """退回批示回报."""

    words = text("退回理由", "请写明为什么退回", most=SHORT, rows=3)
    days = IntegerField("几个工作日内重报", [InputRequired("请填写工作日数"), NumberRange(1, 60, "请填写 1 到 60 的整数")],
                        default=3, render_kw={"data-size": "s", "inputmode": "numeric"})

    @property
    def answers(self) -> dict[str, Any]:
        """The limit in working days."""
        said = super().answers
        days = said.pop("days")
        return said | {"limit": Limit(days, "d")}
