"""Forms of the dispatch catalogue."""

from collections.abc import Sequence
from typing import Any

from wtforms import FileField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional

from operations.tickets.catalogue import Terms
from views.forms.base import NotLonger, RefusableForm
from views.forms.tickets import SHORT, UnitField, UnitsField, text


class RevisionForm(RefusableForm):
    """修改一条目录."""

    lead = UnitField("主办单位", [DataRequired("请选择主办单位")])
    assisting = UnitsField("协办单位", lines=4)
    basis = text("法律或职责依据", "请写明依据的法律条款或职责文件", most=SHORT, rows=3)
    reason = StringField("为什么修改", [DataRequired("请写明为什么修改"), NotLonger(max=200)], description="随历史版本留存")

    @property
    def terms(self) -> Terms:
        """What the entry will say."""
        lead = self.lead.answer
        assert lead is not None  # the form is valid
        return Terms(lead, self.basis.data, self.assisting.answer, self.reason.data)

    def show(self, lead: str, assisting: Sequence[str], basis: str) -> None:
        """What the entry says now, to be changed."""
        self.lead.data, self.basis.data = lead, basis
        for entry, name in zip(self.assisting.entries, assisting, strict=False):
            entry.data = name


class EntryForm(RevisionForm):
    """列入目录."""

    category = StringField("事项类别", [DataRequired("请填写事项类别"), NotLonger(max=120)],
                           description="最多三级，用“/”分开，例如：水电气暖/报装",
                           render_kw={"list": "categories", "autocomplete": "off"})
    region_id = SelectField("适用区域", coerce=int, description="下级区域没有自己的一条时，用这一条",
                            invalid_choice_message="请从列出的区域中选一个", invalid_value_message="请从列出的区域中选一个")
    reason = StringField("说明", [Optional(), NotLonger(max=200)], description="例如依据哪次会议或文件列入")

    def offer_regions(self, regions: Any) -> None:
        """The regions one keeps: rows of id and name."""
        self.region_id.choices = [SelectChoice(str(row.id), row.name) for row in regions]


class EndForm(RefusableForm):
    """移出目录."""

    reason = StringField("为什么移出目录", [DataRequired("请写明为什么移出目录"), NotLonger(max=200)])


class FileForm(RefusableForm):
    """导入目录. ``step`` is "publish" once the changes were shown; ``kept`` and ``seen`` say which file and which."""

    file = FileField("派单目录表", description="用模板或导出的目录改；已有的类别和区域会存为新版，表里没有的不动。",
                     render_kw={"accept": ".xlsx,.xls,.csv"})
    step = HiddenField()
    kept = HiddenField()
    seen = HiddenField()
