"""The form by which the site's own file of regions comes in."""

from wtforms import BooleanField, FileField, HiddenField
from wtforms.validators import Optional

from views.forms.base import RefusableForm
from views.forms.tickets import DayField


class RegionsForm(RefusableForm):
    """更新区划. ``step`` is "publish" once the changes were shown; ``kept`` and ``seen`` say which file and which."""

    file = FileField("区划表", description="列为 代码、名称、级别、上级代码（或 code、name、level、parent）。",
                     render_kw={"accept": ".xlsx,.xls,.csv"})
    on = DayField("生效日期", [Optional()], description="不填为今天。", render_kw={"data-size": "m"})
    closes_missing = BooleanField("表里没有的同级代码停用", description="只用于年度更新的完整表；含字母的本地代码不受影响，代码从不删除。")
    step = HiddenField()
    kept = HiddenField()
    seen = HiddenField()
