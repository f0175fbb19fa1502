"""Forms with which an official decides what an enterprise has asked for."""

from wtforms import TextAreaField
from wtforms.validators import DataRequired

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
