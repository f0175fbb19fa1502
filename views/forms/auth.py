"""The form for signing in."""

from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired

from views.forms.base import BaseForm, NotLonger


class LoginForm(BaseForm):
    """登录."""

    username = StringField("用户名", [DataRequired("请填写用户名"), NotLonger(max=64)],
                           render_kw={"autocomplete": "username", "autocapitalize": "none"})
    password = PasswordField("密码", [InputRequired("请填写密码"), NotLonger(max=256)],
                             render_kw={"autocomplete": "current-password"})
