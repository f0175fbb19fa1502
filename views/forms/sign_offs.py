"""Forms of who signs."""

from wtforms import TextAreaField
from wtforms.validators import InputRequired, Optional

from views.forms.base import NotLonger
from views.forms.supervision import BulkForm
from views.forms.tickets import SHORT, ActForm


class GrantForm(ActForm):
    """同意, with words if there are any."""

    words = TextAreaField("签批意见", [Optional(), NotLonger(max=SHORT)], render_kw={"rows": 2})


class BulkGrantForm(BulkForm):
    """同意 in bulk."""

    words = TextAreaField("签批意见", [Optional(), NotLonger(max=SHORT)], description="每份用同一段话。",
                          render_kw={"rows": 2})


class DeclineForm(ActForm):
    """不同意, with a reason."""

    words = TextAreaField("不同意的理由", [InputRequired("请写明不同意的理由"), NotLonger(max=SHORT)], render_kw={"rows": 3})
