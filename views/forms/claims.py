"""Forms with which an official decides what an enterprise has asked for."""

from collections.abc import Sequence

from wtforms import SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from operations.directory.senders import Told
from views.forms.base import MarkField, NotLonger, RefusableForm

REASON_LIMIT = 200


class ConfirmForm(RefusableForm):
    """确认."""

    reason = TextAreaField("核实的依据", [NotLonger(max=REASON_LIMIT)], description="例如：电话核对过营业执照。可不填。",
                           render_kw={"rows": 2})


class ConfirmFactForm(ConfirmForm):
    """确认变更. ``version`` is the enterprise's as the page showed it."""

    version = MarkField()


class RefuseForm(RefusableForm):
    """不予确认."""

    reason = TextAreaField("原因", [DataRequired("请写明原因"), NotLonger(max=REASON_LIMIT)],
                           description="申请人会看到。", render_kw={"rows": 3, "data-max": REASON_LIMIT})


class SendersForm(RefusableForm):
    """核对来电人: which of the hotline's senders are the claimed enterprise."""

    sender = SelectMultipleField("是这家企业打的", coerce=int, choices=[], widget=ListWidget(),
                                 option_widget=CheckboxInput(), description="没有勾选的，视为不是这家企业的。")

    def offer(self, told: Sequence[Told]) -> None:
        """The boxes are those of the page."""
        self.sender.choices = [
            SelectChoice(one.row.sender_id, one.name, render_kw={"data-hint": f"{one.count} 件诉求"}) for one in told
        ]
