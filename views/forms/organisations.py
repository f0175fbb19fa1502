"""The form of a unit of the city."""

from wtforms import StringField
from wtforms.validators import DataRequired

from models.directory import Line, OrganisationKind
from operations.directory.organisations import LONGEST_NAME, LONGEST_SHORT_NAME, Particulars
from views.forms.base import CodeField, NotLonger, RefusableForm
from views.forms.portal import UNKNOWN

FOUND = {"data-suggest": "/organisations/names?q=", "data-size": "l", "autocomplete": "off"}


class OrganisationForm(RefusableForm):
    """增设、更改单位."""

    name = StringField("全称", [DataRequired("请填写全称"), NotLonger(max=LONGEST_NAME)], description="公文上用的名称")
    short_name = StringField("简称", [DataRequired("请填写简称"), NotLonger(max=LONGEST_SHORT_NAME)],
                             description="页面上用的名称，如 市工信局", render_kw={"data-size": "m"})
    kind = CodeField("类型", OrganisationKind, **UNKNOWN)
    line = CodeField("条线（主管部门才填）", Line, blank="无", description="发改、工信、商务各管一类企业的填报", **UNKNOWN)
    region = StringField("区划代码", [DataRequired("请填写区划代码"), NotLonger(max=24)],
                         description="管到哪里；代码在“区划”里查", render_kw={"data-size": "m", "autocomplete": "off"})
    above = StringField("上级单位（可不填）", [NotLonger(max=LONGEST_NAME)], description="写全称；窗口的上级是它的单位",
                        render_kw=FOUND)

    @property
    def said(self) -> Particulars:
        """What the operation takes."""
        return Particulars(self.name.data or "", self.short_name.data or "", self.kind.data, self.region.data or "",
                           self.line.data or None, self.above.data or "")
