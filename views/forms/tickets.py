"""What the forms of all acts on a ticket have: the version seen, refusals that lose nothing, and their fields."""

from datetime import datetime
from typing import Any

from flask_login import current_user
from wtforms import DateField, DateTimeLocalField, FieldList, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional, ValidationError

from models import clock
from models.directory import Organisation
from models.tickets import Ticket
from operations.clocks.calendar import SHANGHAI
from operations.insight import search, units
from operations.tickets.conversation import WORDS_LIMIT
from operations.tickets.situation import Situation
from views.forms.base import MarkField, NotLonger, VersionedForm
from views.forms.files import FilesForm

SHORT = 500


class ActForm(VersionedForm):
    """One act on one ticket. ``seen`` is the newest event that the page showed beside the form."""

    OWN = ("seen", "heeded")
    seen = MarkField()

    def prepare(self, situation: Situation) -> None:
        """Offer what depends on the ticket: units that assist it, instructions that wait."""

    def second_thoughts(self, situation: Situation) -> list[str]:
        """What a reader would ask about these answers; shown once, never in the way."""
        return []

    @property
    def answers(self) -> dict[str, Any]:
        """What the operation takes, by name: fields that stand for something else give that."""
        said = {name: value for name, value in super().answers.items() if name not in self.OWN}
        return {name: getattr(self[name], "answer", value) if name in self else value for name, value in said.items()}

    def show_as_of(self, version: int, seen: int) -> None:
        """The page that comes back shows the ticket as it is now."""
        for field, value in ((self.version, version), (self.seen, seen)):
            field.data, field.raw_data = value, None


class FiledActForm(FilesForm, ActForm):
    """An act that can bring files."""


class SayForm(FiledActForm):
    """内部备注, 留言."""

    words = TextAreaField("内容", [NotLonger(max=WORDS_LIMIT)], render_kw={"rows": 5})


def text(label: str, missing: str, *, most: int = WORDS_LIMIT, rows: int = 5, hint: str = "") -> TextAreaField:
    """A text that must be written; ``missing`` says what to write."""
    checks = [InputRequired(missing), NotLonger(max=most)]
    return TextAreaField(label, checks, description=hint, render_kw={"rows": rows})


def more_text(label: str, *, most: int = SHORT, rows: int = 3, hint: str = "") -> TextAreaField:
    """A text that may be left out."""
    return TextAreaField(label, [Optional(), NotLonger(max=most)], description=hint, render_kw={"rows": rows})


class UnitField(StringField):
    """A unit by its name: typed or picked from the page's list, and a real one."""

    answer: Organisation | None = None

    def __init__(self, label: str = "", *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("render_kw", {"list": "units", "autocomplete": "off", "placeholder": "输入或选择单位名称"})
        super().__init__(label, *args, **kwargs)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Find the unit that is meant."""
        if not self.data or self.errors:
            return
        self.answer = units.called(self.data)
        if self.answer is None:
            raise ValidationError(f"没有找到单位“{self.data[:30]}”，请从列表中选择")


class UnitsField(FieldList):
    """Some units, one line each; empty lines are nobody."""

    def __init__(self, label: str, lines: int = 3, **kwargs: Any) -> None:
        super().__init__(UnitField("单位", [Optional()]), label, min_entries=lines, max_entries=12, **kwargs)

    def _add_entry(self, *args: Any, **kwargs: Any) -> Any:
        entry = super()._add_entry(*args, **kwargs)
        entry.label.text = f"单位 {len(self.entries)}"
        return entry

    @property
    def answer(self) -> list[Organisation]:
        """The units named."""
        return [entry.answer for entry in self.entries if entry.answer is not None]


class DayField(DateField):
    """A day as the browser writes it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Say in Chinese what is wrong with a date."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("请填写真实的日期，例如 2026-11-30") from None


class MomentField(DateTimeLocalField):
    """A past moment on the Shanghai clock; left empty it is now."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Say in Chinese what is wrong with a moment."""
        try:
            super().process_formdata([value for value in valuelist if value])
        except ValueError:
            raise ValueError("请填写真实的时间，例如 2026-11-30 09:30") from None

    def pre_validate(self, form: Any) -> None:
        """Nobody was told in the future."""
        if (told := self.answer) and told > clock.now():
            raise ValidationError("时间不能在将来")

    @property
    def answer(self) -> datetime | None:
        """The moment, aware."""
        return self.data.replace(tzinfo=SHANGHAI) if self.data else None


class MainTicketField(StringField):
    """Another ticket that the person may open, by its number or the last digits."""

    answer: Ticket | None = None

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Find the ticket that is meant."""
        if not self.data or self.errors:
            return
        self.answer = search.the_ticket(current_user, self.data)
        if self.answer is None:
            raise ValidationError("没有找到这件诉求，或有多件尾号相同，请填写完整的办件号")
