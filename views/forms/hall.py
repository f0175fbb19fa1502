"""Forms of a hall's system: its registration, and whom one of its codes means."""

from wtforms import StringField
from wtforms.validators import DataRequired

from operations.hall.systems import LONGEST_NAME
from views.forms.base import NotLonger, RefusableForm


class SystemForm(RefusableForm):
    """登记大厅系统."""

    code = StringField("代码", [DataRequired("请填写代码"), NotLonger(max=31)],
                       description="小写字母、数字或连字符，以字母开头；登记后不能改",
                       render_kw={"data-size": "m", "autocomplete": "off"})
    name = StringField("名称", [DataRequired("请填写名称"), NotLonger(max=LONGEST_NAME)])


class MatchForm(RefusableForm):
    """对应：typed, or chosen from what is offered while typing."""

    target = StringField("在本系统里是", [NotLonger(max=160)], render_kw={"autocomplete": "off", "list": "offered"})
