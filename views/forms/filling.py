"""Forms of the filling progress: a unit's targets, and the reminder."""

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from operations.directory.filling import MOST
from views.forms.base import BaseForm


class TargetForm(BaseForm):
    """应报数."""

    enterprises = IntegerField("应报企业数", [
        InputRequired("请填写应报企业数，没有就填 0"), NumberRange(0, MOST, f"应报企业数须是 0 到 {MOST} 的整数"),
    ], render_kw={"data-size": "s", "inputmode": "numeric"})
    stewards = IntegerField("应注册管家数", [
        InputRequired("请填写应注册管家数，没有就填 0"), NumberRange(0, MOST, f"应注册管家数须是 0 到 {MOST} 的整数"),
    ], render_kw={"data-size": "s", "inputmode": "numeric"})


class ReminderForm(BaseForm):
    """Nothing to fill in: the button is the act."""
