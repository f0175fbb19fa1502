"""Forms for signing in and for the account."""

from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from views.forms.base import BaseForm, NotLonger


class LoginForm(BaseForm):
    """登录."""

    username = StringField("用户名", [InputRequired("请填写用户名"), NotLonger(max=64)],
                           render_kw={"autocomplete": "username", "autocapitalize": "none"})
    password = PasswordField("密码", [InputRequired("请填写密码"), NotLonger(max=256)],
                             render_kw={"autocomplete": "current-password"})


class PasswordForm(BaseForm):
    """改密码."""

    current = PasswordField("现在的密码", [InputRequired("请填写现在的密码")],
                            render_kw={"autocomplete": "current-password"})
    wanted = PasswordField("新密码", [InputRequired("请填写新密码")], render_kw={"autocomplete": "new-password"},
                           description="12 位以上，含数字、小写、大写、符号中的至少三种")
