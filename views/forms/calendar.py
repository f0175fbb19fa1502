"""Forms for changing the working calendar."""

from wtforms import DateField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from views.forms.base import BaseForm, NotLonger

OFF, WORKING = "off", "work"


class DayForm(BaseForm):
    """本地调整. ``step`` is "publish" once the list of what moves was shown."""

    day = DateField("哪一天", [InputRequired("请选择日期")], render_kw={"data-size": "m"})
    kind = RadioField("改为", [InputRequired("请选择放假还是上班")],
                      choices=[SelectChoice(OFF, "放假"), SelectChoice(WORKING, "上班")])
    reason = TextAreaField("理由", [InputRequired("请写明理由和依据"), NotLonger(max=200)],
                           description="所有人都能看到，也写进每件受影响办件的经过。", render_kw={"rows": 2})
    step = HiddenField()


class YearForm(BaseForm):
    """公布年度安排."""

    source = StringField("依据", [InputRequired("请写明依据的文件"), NotLonger(max=200)],
                         description="例如 国务院办公厅关于部分节假日安排的通知 国办发明电〔2026〕1号")
    step = HiddenField()
