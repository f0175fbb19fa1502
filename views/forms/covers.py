"""The form that names a substitute."""

from wtforms import StringField
from wtforms.validators import InputRequired

from operations.access.covers import REASON_LIMIT, Span
from views.forms.base import NotLonger, RefusableForm
from views.forms.tickets import DayField, text


class CoverPostForm(RefusableForm):
    """安排代理."""

    holder = StringField("谁的岗位", [InputRequired("请写明是谁的岗位"), NotLonger(max=100)],
                         description="姓名或账号；重名时写成 周建（市供电公司）",
                         render_kw={"list": "holders", "autocomplete": "off"})
    substitute = StringField("由谁代理", [InputRequired("请写明由谁代理"), NotLonger(max=100)],
                             description="本单位或者上下级单位的在岗人员", render_kw={"autocomplete": "off"})
    starts_on = DayField("从哪天起", [InputRequired("请填写开始日期")], render_kw={"data-size": "m"})
    ends_on = DayField("到哪天止", [InputRequired("请填写结束日期")], render_kw={"data-size": "m"})
    reason = text("理由", "请写明理由", most=REASON_LIMIT, rows=2)

    @property
    def span(self) -> Span:
        """The days, as the operation takes them."""
        return Span(self.starts_on.data, self.ends_on.data)
