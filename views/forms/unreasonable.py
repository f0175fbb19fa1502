"""Forms of 诉求不合理复核: agreeing, or letting it begin anew."""

from operations.tickets.unreasonable import WORDS_LIMIT
from views.forms.base import RefusableForm
from views.forms.tickets import text


class AgreeForm(RefusableForm):
    """同意认定."""

    words = text("同意的理由", "请写明同意的理由", most=WORDS_LIMIT, rows=4, hint="企业会看到；办件转入评价，不再开新一轮")


class DeclineForm(RefusableForm):
    """不同意认定."""

    words = text("不同意的理由", "请写明不同意的理由", most=WORDS_LIMIT, rows=3, hint="按回访时企业说的原因开新一轮办理")
