"""Forms for issuing, answering and judging supervision orders."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired

from views.forms.base import BaseForm, NotLonger, VersionedForm


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


class BulkRejectForm(BulkForm):
    """退回答复 in bulk."""

    reason = TextAreaField("退回理由", [InputRequired("请写明为什么退回"), NotLonger(max=500)],
                           description="每份退回用同一段话。", render_kw={"rows": 3})
