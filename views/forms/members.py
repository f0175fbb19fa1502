"""Forms of 成员管理: inviting, changing a role, ending a membership; and the link of an invitation."""

from wtforms import StringField
from wtforms.validators import DataRequired

from models.access import MemberRole
from views.forms.base import CodeField, NotLonger, RefusableForm
from views.forms.claiming import IsMobile
from views.forms.passwords import NewPasswordField


class InviteForm(RefusableForm):
    """邀请成员."""

    mobile = StringField(
        "手机号", [DataRequired("请填写手机号"), NotLonger(max=32), IsMobile()],
        description="邀请链接用短信发到这个号码，48 小时内有效，只能用一次。",
        render_kw={"autocomplete": "off", "inputmode": "tel", "type": "tel", "data-size": "l"},
    )
    member_role = CodeField("角色", MemberRole, default=MemberRole.AGENT,
                            description="经办人提诉求、看进度；管理员还管理成员。")


class RoleForm(RefusableForm):
    """改角色."""

    member_role = CodeField("角色", MemberRole, blank="请选择", validators=[DataRequired("请选择角色")],
                            description="经办人提诉求、看进度；管理员还管理成员。")


class EndForm(RefusableForm):
    """移出成员, or leaving oneself: nothing is asked."""


class JoinForm(RefusableForm):
    """接受邀请. Somebody with an account is asked nothing."""

    person = StringField("您的姓名", [DataRequired("请填写姓名"), NotLonger(max=64)], render_kw={"autocomplete": "name"})
    new_password = NewPasswordField("设置登录密码", "请设置登录密码")

    def ask_nothing(self) -> None:
        """For an account that is there."""
        del self.person, self.new_password
