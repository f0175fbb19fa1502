"""The form that asks for the password again."""

from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from views.forms.base import NotLonger, RefusableForm


class ProveForm(RefusableForm):
    """再次核对: the password, and a code of the app where there is one."""

    password = PasswordField("密码", [InputRequired("请填写密码"), NotLonger(max=256)],
                             render_kw={"autocomplete": "current-password"})
    passcode = StringField("动态码", [InputRequired("请输入验证器上的 6 位数字，或一个备用码"), NotLonger(max=40)],
                           description="手机验证器上的 6 位数字，每个只能用一次。",
                           render_kw={"autocomplete": "one-time-code", "data-size": "m"})
