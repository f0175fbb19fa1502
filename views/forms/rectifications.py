"""Forms of 差评整改: contact, report, the leader's signature, the call, the appeal and its decision."""

from typing import Any

from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from models.rectifications import AppealGround, Verification
from operations.ratings.rectifications import TEXT_LIMIT, WORDS_LIMIT, Answer, Report
from views.forms.base import RefusableForm
from views.forms.portal import UNKNOWN, CodeRadio
from views.forms.tickets import more_text, text

# What came of a call: reached, solved, satisfied.
CAME_OF = {
    "good": ("解决了，满意", (True, True, True)), "solved": ("解决了，仍不满意", (True, True, False)),
    "unsolved": ("没有解决", (True, False, False)), "unreached": ("没有接通", (False, None, None)),
}


class ContactForm(RefusableForm):
    """联系评价人."""

    words = text("联系情况", "请写明怎么联系的、企业怎么说", most=WORDS_LIMIT, rows=3)


class ReportForm(RefusableForm):
    """报整改结果."""

    verification = CodeRadio("核实结论", Verification, validators=[InputRequired("请选择核实结论")])
    measures = text("整改措施", "请写明采取了什么措施", most=TEXT_LIMIT, rows=3)
    result = text("整改结果", "请写明整改结果", most=TEXT_LIMIT, rows=3, hint="签发后企业会看到")

    @property
    def answers(self) -> dict[str, Any]:
        """The report, as the operation takes it."""
        return {"told": Report(**super().answers)}


class SignForm(RefusableForm):
    """签发. ``seen`` is the report that the page showed."""

    seen = HiddenField()


class CallForm(RefusableForm):
    """整改回访."""

    outcome = RadioField("回访结果", [InputRequired("请选择回访结果")], **UNKNOWN,
                         choices=[SelectChoice(code, label) for code, (label, _) in CAME_OF.items()])
    words = more_text("企业原话", most=WORDS_LIMIT)

    @property
    def answers(self) -> dict[str, Any]:
        """The answer, as the operation takes it."""
        return {"answer": Answer(*CAME_OF[self.outcome.data][1], words=self.words.data or "")}


class AppealForm(RefusableForm):
    """申诉差评."""

    ground = CodeRadio("申诉理由", AppealGround, validators=[InputRequired("请选择申诉理由")])
    reason = text("事实和证据", "请写明理由和证据", most=TEXT_LIMIT, rows=4, hint="由督办员裁定；申诉期间时限照常计算")


class DecideForm(RefusableForm):
    """裁定申诉."""

    decision = RadioField("裁定", [InputRequired("请选择裁定")], **UNKNOWN, choices=[
        SelectChoice("accepted", "申诉成立，评价不计入满意率"), SelectChoice("declined", "申诉不成立，继续整改")])
    reason = text("裁定理由", "请写明裁定的理由", most=TEXT_LIMIT, rows=4, hint="申诉单位会看到；成立的，企业也会看到")

    @property
    def answers(self) -> dict[str, Any]:
        """As the operation takes it."""
        return {"is_accepted": self.decision.data == "accepted", "reason": self.reason.data}
