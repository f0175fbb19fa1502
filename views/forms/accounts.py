"""Forms of the security administrator's pages of accounts."""

from views.forms.base import RefusableForm
from views.forms.tickets import text

REASON_LIMIT = 200


class ResetForm(RefusableForm):
    """重置两步验证."""

    reason = text("理由", "请写明理由", most=REASON_LIMIT, rows=2, hint="例如：手机丢失，已当面核对工作证。")


class UnlockForm(RefusableForm):
    """解锁: no field of its own."""


class SendLinkForm(RefusableForm):
    """发送设置密码的链接: no field of its own."""
