"""The forms of imports: a file comes in; what one does with a batch carries no field of its own."""

from collections.abc import Iterable

from wtforms import FileField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from models.directory import ImportKind
from models.hall_intake import HallSystem
from views.forms.base import BaseForm, CodeField
from views.forms.portal import UNKNOWN


class ImportForm(BaseForm):
    """上传填报表."""

    kind = CodeField("模板", ImportKind, default=ImportKind.ENTERPRISES.value)
    system = SelectField("大厅系统", description="只有计数办件要选", default="", **UNKNOWN)  # printed where there is one
    file = FileField("文件", description="按模板填好的 .xlsx，或 UTF-8、GB18030 编码的 .csv；一行一家，可有二三十万行。",
                     render_kw={"accept": ".xlsx,.xls,.csv"})

    def offer(self, systems: Iterable[HallSystem]) -> "ImportForm":
        """Fill in the hall's systems that the person's unit keeps."""
        self.system.choices = [SelectChoice("", "—"), *(SelectChoice(one.code, one.name) for one in systems)]
        return self

    def validate_file(self, field: FileField) -> None:
        """A file must be there; what is in it is looked at afterwards."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError("请选择要导入的文件")


class PressForm(BaseForm):
    """A button."""
