"""The one form of the jobs' page: that the time is right."""

from wtforms import TextAreaField
from wtforms.validators import DataRequired

from operations.supervision.clock_stops import REASON_LIMIT
from views.forms.base import NotLonger, RefusableForm


class ClockForm(RefusableForm):
    """确认时间正确."""

    reason = TextAreaField("怎样核对的", [DataRequired("请写明怎样核对的时间"), NotLonger(max=REASON_LIMIT)],
                           description="例如：与国家授时中心比对，误差 1 秒以内。写入日志，长期可查", render_kw={"rows": 2})
