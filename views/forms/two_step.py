"""Forms of 两步验证: a code of the app, and a 备用码."""

from wtforms import StringField
from wtforms.validators import InputRequired

from views.forms.base import NotLonger, RefusableForm


class AppCodeForm(RefusableForm):
    """动态码."""

    passcode = StringField("动态码", [InputRequired("请输入验证器上的 6 位数字"), NotLonger(max=40)],
                           description="手机验证器上“政企直通车”一行的 6 位数字，30 秒换一次。",
                           render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "data-size": "m"})


class RecoveryForm(RefusableForm):
    """备用码."""

    passcode = StringField("备用码", [InputRequired("请输入一个备用码"), NotLonger(max=40)],
                           description="设置时保存下来的 10 个备用码之一，每个只能用一次。",
                           render_kw={"autocomplete": "off", "autocapitalize": "none", "data-size": "l"})
