"""草案: the three answers to what somebody has proposed."""

from wtforms import TextAreaField
from wtforms.validators import DataRequired

from operations.clocks.drafts import REASON_LIMIT
from views.forms.base import NotLonger, RefusableForm


class ApproveForm(RefusableForm):
    """批准."""

    answer = TextAreaField("意见（可不填）", [NotLonger(max=REASON_LIMIT)], render_kw={"rows": 2})


class DeclineForm(RefusableForm):
    """不批准."""

    answer = TextAreaField("不批准的理由", [DataRequired("请写明理由"), NotLonger(max=REASON_LIMIT)], render_kw={"rows": 2})


class WithdrawForm(RefusableForm):
    """撤回：nothing to fill in."""


ANSWERS: dict[str, type[RefusableForm]] = {"approve": ApproveForm, "decline": DeclineForm, "withdraw": WithdrawForm}
