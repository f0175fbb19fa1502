"""Forms for changing the working calendar."""

from wtforms import DateField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from operations.clocks.drafts import REASON_LIMIT
from views.forms.base import NotLonger, RefusableForm

OFF, WORKING = "off", "work"


class DayForm(RefusableForm):
    """本地调整. ``step`` is "propose" once the list of what would move was shown."""

    day = DateField("哪一天", [InputRequired("请选择日期")], render_kw={"data-size": "m"})
    kind = RadioField("改为", [InputRequired("请选择放假还是上班")],
                      choices=[SelectChoice(OFF, "放假"), SelectChoice(WORKING, "上班")])
    reason = TextAreaField("理由", [DataRequired("请写明理由和依据"), NotLonger(max=REASON_LIMIT)],
                           description="所有人都能看到，也写进每件受影响办件的经过。", render_kw={"rows": 2})
    step = HiddenField()


class YearForm(RefusableForm):
    """公布年度安排."""

    source = StringField("依据", [DataRequired("请写明依据的文件"), NotLonger(max=REASON_LIMIT)],
                         description="例如 国务院办公厅关于部分节假日安排的通知 国办发明电〔2026〕1号")
    step = HiddenField()
