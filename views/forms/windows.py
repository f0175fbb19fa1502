"""Forms of the hall: desk codes, tablets, counted cases, and the rating at a window."""

from typing import Any

from wtforms import HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from models.ratings import Grade, RatingOccasion
from operations.ratings.kiosks import LONGEST_PLACE
from operations.ratings.windows import LONGEST_ITEM, LONGEST_NUMBER
from views.forms.base import MarkField, NotLonger, RefusableForm
from views.forms.portal import UNKNOWN
from views.forms.ratings import RateForm


class IssueForm(RefusableForm):
    """制发台签：one choice names the window and the officer."""

    desk = SelectField("窗口和工作人员", [InputRequired("请选择")], **UNKNOWN)

    def offer(self, desks: list[tuple[str, str]]) -> "IssueForm":
        """Fill in the choices: ``window-officer`` and how it reads."""
        self.desk.choices = [SelectChoice("", "请选择"), *(SelectChoice(code, words) for code, words in desks)]
        return self

    @property
    def place(self) -> tuple[int, int]:
        """The window's and the officer's ids."""
        window, _, officer = self.desk.data.partition("-")
        return int(window), int(officer)


class WindowForm(RefusableForm):
    """Something for one of the windows that the person keeps, or sits at."""

    window = SelectField("窗口", [InputRequired("请选择窗口")], **UNKNOWN)

    def offer(self, windows: Any) -> Any:
        """Fill in the choices."""
        self.window.choices = [SelectChoice(str(one.id), one.name) for one in windows]
        return self


class KioskForm(WindowForm):
    """添加评价器."""

    place = StringField("位置（可不填）", [NotLonger(max=LONGEST_PLACE)], render_kw={"data-size": "m"})


class CountForm(WindowForm):
    """登记刚办结的一件."""

    number = StringField("办件号", [DataRequired("请填写办件号"), NotLonger(max=LONGEST_NUMBER)],
                         description="取号单或受理回执上的号", render_kw={"data-size": "m", "autocomplete": "off"})
    item = StringField("事项", [DataRequired("请填写事项"), NotLonger(max=LONGEST_ITEM)])


class BindForm(RefusableForm):
    """绑定平板."""

    passcode = StringField("绑定码", [DataRequired("请填写绑定码"), NotLonger(max=20)],
                           description="在“点评台”添加评价器后显示，10 位，30 分钟内有效",
                           render_kw={"data-size": "m", "autocomplete": "off"})


class DeskRateForm(RateForm, RefusableForm):
    """扫码评价：the number may be left empty while the person still stands at the window."""

    number = StringField("办件号", [NotLonger(max=LONGEST_NUMBER)], render_kw={"data-size": "m", "autocomplete": "off"},
                         description="取号单或受理回执上的号；刚在这个窗口办完的可不填")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, occasion=RatingOccasion.WINDOW, **kwargs)


class CaseRateForm(RateForm, RefusableForm):
    """凭链接评价办件."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, occasion=RatingOccasion.WINDOW, **kwargs)


class TouchForm(RefusableForm):
    """One touch at a kiosk: which button, and for which case the page was printed."""

    grade = HiddenField()
    case = MarkField()

    @property
    def touched(self) -> Grade | None:
        """The grade of the button; None for what no button has."""
        return Grade(self.grade.data) if self.grade.data in set(Grade) else None
