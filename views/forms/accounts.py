"""Forms of the administrators' pages of accounts and posts."""

from typing import Any

from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired, InputRequired, NumberRange

from models.access import Role
from operations.access.appointments import LONGEST_REASON, LONGEST_TITLE, LOWEST_RANK, ROLES, USUAL_RANK, Place
from operations.directory.organisations import LONGEST_NAME
from views.forms.base import CodeField, NotLonger, RefusableForm
from views.forms.organisations import FOUND
from views.forms.portal import UNKNOWN
from views.forms.tickets import text

LONGEST_USERNAME, LONGEST_PERSON, LONGEST_EMAIL = 32, 64, 254


class ReasonForm(RefusableForm):
    """停用、恢复账号，免去岗位."""

    reason = text("理由", "请写明理由", most=LONGEST_REASON, rows=2, hint="例如：调离，人社局 11 月 28 日通知。")


class ResetForm(RefusableForm):
    """重置两步验证."""

    reason = text("理由", "请写明理由", most=LONGEST_REASON, rows=2, hint="例如：手机丢失，已当面核对工作证。")


class UnlockForm(RefusableForm):
    """解锁: no field of its own."""


class SendLinkForm(RefusableForm):
    """发送设置密码的链接: no field of its own."""


class OpenForm(RefusableForm):
    """开户."""

    name = StringField("姓名", [DataRequired("请填写姓名"), NotLonger(max=LONGEST_PERSON)],
                       render_kw={"data-size": "m", "autocomplete": "off"})
    username = StringField("用户名", [DataRequired("请填写用户名"), NotLonger(max=LONGEST_USERNAME)],
                           description="小写字母开头，3–32 位字母、数字、点、横线；也可以用手机号",
                           render_kw={"data-size": "m", "autocomplete": "off"})
    mobile = StringField("手机号（可不填）", [NotLonger(max=32)], description="设置密码的链接、验证码发到这里",
                         render_kw={"data-size": "m", "inputmode": "tel", "autocomplete": "off"})
    email = StringField("邮箱（可不填）", [NotLonger(max=LONGEST_EMAIL)], render_kw={"autocomplete": "off"})

    @property
    def said(self) -> dict[str, Any]:
        """What the operation takes."""
        return {name: self[name].data or "" for name in ("username", "name", "mobile", "email")}


class AppointForm(RefusableForm):
    """任用."""

    role = CodeField("角色", Role, members=ROLES, **UNKNOWN)
    unit = StringField("单位", [DataRequired("请填写单位"), NotLonger(max=LONGEST_NAME)], description="写全称", render_kw=FOUND)
    title = StringField("职务（可不填）", [NotLonger(max=LONGEST_TITLE)], description="如 副局长；显示在姓名旁边",
                        render_kw={"data-size": "m"})
    rank = IntegerField("领导排序", [InputRequired("请填写 1 到 99 的整数"), NumberRange(1, LOWEST_RANK, "应为 1 到 99")],
                        default=USUAL_RANK, description="单位主要负责人为 1，否定报备和督办按它逐级往上", render_kw={"data-size": "s"})
    reason = text("依据", "请写明依据", most=LONGEST_REASON, rows=2, hint="例如：市营商局 11 月 20 日来函。")

    @property
    def place(self) -> Place:
        """What the person is to become."""
        return Place(self.role.data, self.unit.data or "", self.title.data or "", self.rank.data or LOWEST_RANK)
