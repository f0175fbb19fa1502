"""Forms of 认领, open to everybody: enterprise and mobile, the code, the account; and the link of an invitation."""

import re
from typing import Any

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, ValidationError

from operations.directory import names
from views.forms.base import BaseForm, NotLonger, RefusableForm
from views.forms.passwords import NewPasswordField


class IsMobile:
    """A number that can receive a text message; stored plainly."""

    def __call__(self, form: Any, field: Any) -> None:
        field.data = names.plain_phone(field.data or "")
        if not names.is_mobile(field.data):
            raise ValidationError("请填写 11 位手机号，例如 13800000000")


class IsCreditCode:
    """A credit code of the right length and alphabet; stored plainly. The check digit is looked at by people."""

    def __call__(self, form: Any, field: Any) -> None:
        field.data = names.plain_code(field.data or "")
        wrong = names.error_of_code(field.data)
        if wrong:
            raise ValidationError(wrong)


class ClaimForm(RefusableForm):
    """第 1 步: 哪家企业, 您的手机号."""

    credit_code = StringField(
        "统一社会信用代码", [DataRequired("请填写统一社会信用代码"), NotLonger(max=40), IsCreditCode()],
        description="营业执照上的 18 位代码，空格可省略。",
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "data-size": "l"},
    )
    name = StringField("企业名称", [DataRequired("请填写企业名称"), NotLonger(max=200)],
                       description="与营业执照一致。", render_kw={"autocomplete": "organization"})
    mobile = StringField(
        "您的手机号", [DataRequired("请填写手机号"), NotLonger(max=32), IsMobile()],
        description="验证码发到这个号码，以后用它登录。",
        render_kw={"autocomplete": "tel", "inputmode": "tel", "type": "tel", "data-size": "l"},
    )


class CodeForm(BaseForm):
    """第 2 步: 验证码."""

    passcode = StringField(
        "验证码", [DataRequired("请填写短信里的 6 位数字")], description="6 位数字，10 分钟内有效。",
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "data-size": "s"},
    )

    def validate_passcode(self, field: Any) -> None:
        """Six digits, however they are grouped."""
        field.data = re.sub(r"\s", "", field.data or "")
        if not re.fullmatch("[0-9]{6}", field.data, re.ASCII):
            raise ValidationError("验证码是 6 位数字")


class AgainForm(BaseForm):
    """重新获取验证码."""


class ApplicantForm(RefusableForm):
    """第 3 步: 您是谁. Fields that are not asked are taken out by ``ask_only``."""

    person = StringField("您的姓名", [DataRequired("请填写姓名"), NotLonger(max=64)], render_kw={"autocomplete": "name"})
    region = SelectField("企业在哪里", [InputRequired("请选择企业所在的区县")], coerce=int, validate_choice=True,
                         description="这家企业还没有入库，要由当地的填报单位登记。")
    new_password = NewPasswordField("设置登录密码", "请设置登录密码")

    def ask_only(self, *, regions: Any, is_new: bool) -> None:
        """``regions`` as (id, name) when the place is to be told, else nothing; a password for a new account."""
        if regions:
            self.region.choices = [SelectChoice(region_id, name) for region_id, name in regions]
        else:
            del self.region
        if not is_new:
            del self.new_password
