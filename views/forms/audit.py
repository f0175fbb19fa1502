"""The form by which the log is asked for."""

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice

from operations.log_reading import DAYS
from views.forms.base import BaseForm, NotLonger


class LogForm(BaseForm):
    """查看日志."""

    action = SelectField("做了什么", default="", validate_choice=False)
    ticket = StringField("办件号", [NotLonger(max=24)], render_kw={"placeholder": "ZQ-2026-11-0000000"})
    person = StringField("谁", [NotLonger(max=64)], description="用户名或姓名")
    days = SelectField("多久以内", default="0", coerce=int,
                       choices=[SelectChoice("0", "不限"), *(
                           SelectChoice(str(days), f"{days} 天" if days > 1 else "24 小时") for days in DAYS)])
