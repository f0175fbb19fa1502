"""Forms for issuing, answering and judging supervision orders."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wtforms import DateTimeLocalField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from models.supervision import CallOutcome
from operations.clocks.calendar import SHANGHAI
from operations.supervision.calling import NAME_LIMIT, WORDS_LIMIT, Call, masked
from operations.supervision.measures.proposing import REASON_LIMIT
from views.forms.base import BaseForm, NotLonger, VersionedForm
from views.forms.portal import CodeRadio


class AnswerForm(VersionedForm):
    """答复督办."""

    words = TextAreaField("答复内容", [InputRequired("请写明办到哪一步、何时办结"), NotLonger(max=2000)],
                          description="写明办到哪一步、何时办结。督办单位会认可或退回。", render_kw={"rows": 5})


class AcceptForm(VersionedForm):
    """认可答复."""


class RejectForm(VersionedForm):
    """退回答复."""

    reason = TextAreaField("退回理由", [InputRequired("请写明为什么退回"), NotLonger(max=500)],
                           description="对方按理由重新答复，期限重新计算。", render_kw={"rows": 3})


class BulkForm(BaseForm):
    """What was ticked, ``12.5`` being order 12 of a ticket whose version was 5 when it was shown."""

    picked = HiddenField()


class BulkSuperviseForm(BulkForm):
    """督办 in bulk."""

    reason = TextAreaField("督办事由", [InputRequired("请写明督办事由"), NotLonger(max=500)],
                           description="写给收件单位看，每份督办用同一段话。", render_kw={"rows": 3})


class BulkRemindForm(BulkForm):
    """催办 in bulk."""

    words = TextAreaField("催办内容", [InputRequired("请写明催什么"), NotLonger(max=500)],
                          description="写给责任单位看，每件用同一段话。", render_kw={"rows": 3})


class BulkTalkForm(BulkForm):
    """提请约谈 in bulk."""

    reason = TextAreaField("约谈事由", [InputRequired("请写明约谈事由"), NotLonger(max=REASON_LIMIT)],
                           description="写给批准约谈的领导看，每件用同一段话。", render_kw={"rows": 3})


class CallForm(VersionedForm):
    """电话催办."""

    called_id = RadioField("打给谁", coerce=lambda chosen: int(chosen) if chosen else None, choices=[],
                           validate_choice=False, render_kw={"data-look": "list"})
    name = StringField("其他人的姓名和职务", [Optional(), NotLonger(max=NAME_LIMIT)], render_kw={"autocomplete": "off"})
    number = StringField("其他人的号码", [Optional(), NotLonger(max=32)], description="只保存掩码，如 138****2607",
                         render_kw={"inputmode": "tel", "autocomplete": "off", "data-size": "m"})
    called_at = DateTimeLocalField("通话时间", [InputRequired("请写明什么时候打的")], format="%Y-%m-%dT%H:%M",
                                   render_kw={"data-size": "m"})
    outcome = CodeRadio("结果", CallOutcome, validators=[InputRequired("请选择结果")])
    words = TextAreaField("对方怎么说", [Optional(), NotLonger(max=WORDS_LIMIT)],
                          description="有人接听的必须写；会记入经过和台账", render_kw={"rows": 3})

    def offer(self, people: Sequence[Any]) -> None:
        """The addressees, and somebody else."""
        self.called_id.choices = [
            SelectChoice(str(one.id), f"{one.name}　{one.title or one.role.label}",
                         {"data-hint": masked(one.phone) if one.phone else "没有登记号码"}) for one in people
        ] + [SelectChoice("", "其他人")]

    def start(self, version: int, people: Sequence[Any], now: datetime) -> None:
        """As a fresh page has it: the first addressee, just now."""
        self.version.data = version
        self.called_id.data = people[0].id if people else None
        self.called_at.data = self.called_at.data or now.astimezone(SHANGHAI)

    def validate_called_at(self, field: DateTimeLocalField) -> None:
        """Typed as Beijing time."""
        if field.data is not None and not 2000 <= field.data.year < 2100:
            raise ValidationError("请写明什么时候打的")

    @property
    def call(self) -> Call:
        """The call, as the operation takes it."""
        someone = self.called_id.data is None
        return Call(
            called_at=self.called_at.data.replace(tzinfo=SHANGHAI), outcome=self.outcome.data, words=self.words.data,
            called_id=self.called_id.data, name=self.name.data if someone else "",
            number=self.number.data if someone else "",
        )


class BulkRejectForm(BulkForm):
    """退回答复 in bulk."""

    reason = TextAreaField("退回理由", [InputRequired("请写明为什么退回"), NotLonger(max=500)],
                           description="每份退回用同一段话。", render_kw={"rows": 3})
