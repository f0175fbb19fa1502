"""Forms of exports: what for, somebody else's word, and the download."""

from wtforms import TextAreaField
from wtforms.validators import DataRequired

from views.forms.base import NotLonger, RefusableForm

WORDS_LIMIT = 200


class AskForm(RefusableForm):
    """申请导出."""

    reason = TextAreaField("用途", [DataRequired("请写明导出的用途"), NotLonger(max=WORDS_LIMIT)],
                           description="批准人会看到。", render_kw={"rows": 3, "data-max": WORDS_LIMIT})


class GrantExportForm(RefusableForm):
    """批准."""

    words = TextAreaField("批准意见", [NotLonger(max=WORDS_LIMIT)], description="可不填。", render_kw={"rows": 2})


class RefuseExportForm(RefusableForm):
    """不予批准."""

    words = TextAreaField("原因", [DataRequired("请写明为什么不批准"), NotLonger(max=WORDS_LIMIT)], description="申请人会看到。",
                          render_kw={"rows": 3, "data-max": WORDS_LIMIT})


class TakeForm(RefusableForm):
    """下载."""
