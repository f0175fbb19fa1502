"""Forms of the account page and 提意见."""

from wtforms import BooleanField, HiddenField, PasswordField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from operations.access.opinions import WORDS_LIMIT
from views.forms.base import BaseForm, NotLonger, RefusableForm
from views.forms.passwords import NewPasswordField

SIZES = {"": "标准", "large": "大", "xlarge": "更大", "xxlarge": "最大"}


class DisplayForm(BaseForm):
    """显示设置: kept in this browser, not in the account."""

    size = RadioField("文字大小", choices=[SelectChoice(code or "normal", label) for code, label in SIZES.items()],
                      render_kw={"data-look": "chips"})
    contrast = BooleanField("高对比度", description="文字和线条更深，适合强光下或视力不便时。")
    keys_off = BooleanField("关闭单键快捷键", description="用读屏软件或语音输入时建议关闭。")


class PasswordForm(BaseForm):
    """改密码. The names end in ``password``: such fields are never kept for later."""

    current_password = PasswordField("现在的密码", [InputRequired("请填写现在的密码"), NotLonger(max=128)],
                                     render_kw={"autocomplete": "current-password"})
    new_password = NewPasswordField("新密码", "请填写新密码")


class NewPasswordForm(BaseForm):
    """设置密码, by a link."""

    new_password = NewPasswordField("新密码", "请填写新密码")


class ForgottenForm(RefusableForm):
    """忘记密码."""

    username = StringField("用户名", [DataRequired("请填写用户名"), NotLonger(max=64)],
                           description="企业用户的用户名是手机号。",
                           render_kw={"autocomplete": "username", "autocapitalize": "none"})


class OpinionForm(BaseForm):
    """提意见."""

    words = TextAreaField("意见", [DataRequired("请写明意见"), NotLonger(max=WORDS_LIMIT)],
                          description="哪一页、想做什么、遇到了什么。请不要写诉求本身，也不要写涉密内容。",
                          render_kw={"rows": 6, "data-max": WORDS_LIMIT})
    page = HiddenField()
