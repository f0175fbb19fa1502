"""Forms of findings: the observer's, and the office's answer."""

from wtforms import TextAreaField
from wtforms.validators import DataRequired, Optional

from models.engagement import FindingKind
from operations.engagement.findings import ANSWER_LIMIT, WORDS_LIMIT
from views.forms.base import CodeField, NotLonger
from views.forms.cadence import ObedientForm
from views.forms.tickets import UnitField


class FindingForm(ObedientForm):
    """监督发现."""

    kind = CodeField("类别", FindingKind, render_kw={"data-size": "m"})
    unit = UnitField("涉及单位", [Optional()])
    words = TextAreaField("发现了什么", [DataRequired("请写发现了什么"), NotLonger(max=WORDS_LIMIT)],
                          description="时间、地点、经过和依据。不要写国家秘密。", render_kw={"rows": 6, "data-max": WORDS_LIMIT})


class AnswerForm(ObedientForm):
    """答复."""

    words = TextAreaField("答复", [DataRequired("请写答复"), NotLonger(max=ANSWER_LIMIT)], description="监督员会看到。",
                          render_kw={"rows": 3, "data-max": ANSWER_LIMIT})
