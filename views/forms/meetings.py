"""Forms of meetings: the plan, a problem, the minutes, a decision."""

from collections.abc import Callable, Iterable
from typing import Any

from flask_login import current_user
from wtforms import DateTimeLocalField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from models.engagement import MeetingKind
from operations.clocks.calendar import SHANGHAI
from operations.engagement.meetings import naming
from operations.engagement.meetings.minutes import Decided
from operations.engagement.meetings.naming import Named
from operations.engagement.meetings.planning import Brought, Plan
from views.forms.base import CodeField, NotLonger
from views.forms.cadence import ObedientForm
from views.forms.tickets import DayField, UnitField

WRITTEN, MINUTES = 500, 8000
MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


class NamesField(TextAreaField):
    """Names, one a line, that must each mean one thing. ``meant`` finds them."""

    def __init__(self, label: str, meant: Callable[[str], Named], *args: Any, **kwargs: Any) -> None:
        super().__init__(label, *args, **kwargs)
        self.meant, self.ids = meant, list[int]()

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Find those that are meant."""
        if not self.data or self.errors:
            return
        found = self.meant(self.data)
        if found.complaint:
            raise ValidationError(found.complaint)
        self.ids = found.ids


class NameField(StringField):
    """The name of one official of the region. ``answer`` is their account's id."""

    answer: int | None = None

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Find the one that is meant."""
        if not self.data or self.errors:
            return
        found = naming.people(current_user, self.data)
        if found.complaint or len(found.ids) != 1:
            raise ValidationError(found.complaint or f"{self.label.text}只写一位")
        self.answer = found.ids[0]


class MeetingForm(ObedientForm):
    """召集会议."""

    kind = CodeField("会议类型", MeetingKind, render_kw={"data-size": "m"})
    theme = StringField("主题", [DataRequired("请写会议主题"), NotLonger(max=100)])
    held_at = DateTimeLocalField("时间", [DataRequired("请选择时间")], tz=SHANGHAI, format=MOMENTS,
                                 invalid_value_message="时间请写成 2026-08-24 09:30 这样", render_kw={"data-size": "m"})
    place = StringField("地点", [DataRequired("请写地点"), NotLonger(max=100)])
    chair = NameField("主持人", [DataRequired("请写主持人的姓名"), NotLonger(max=64)], description="同名的写成：姓名 单位简称",
                      render_kw={"data-size": "m", "autocomplete": "off"})
    enterprises = NamesField("邀请企业", lambda text: naming.enterprises(current_user, text),
                             [DataRequired("请写明邀请哪些企业"), NotLonger(max=WRITTEN * 8)],
                             description="每行一家：全称、简称或信用代码", render_kw={"rows": 4})
    units = NamesField("参会部门", naming.units, [Optional(), NotLonger(max=WRITTEN * 8)],
                       description="每行一个：全称或简称", render_kw={"rows": 3})
    people = NamesField("参会人员", lambda text: naming.people(current_user, text),
                        [Optional(), NotLonger(max=WRITTEN * 4)],
                        description="每行一人，例如企业管家；同名的写成：姓名 单位简称", render_kw={"rows": 3})
    agenda = TextAreaField("议程", [Optional(), NotLonger(max=MINUTES)], render_kw={"rows": 4})

    @property
    def plan(self) -> Plan:
        """The meeting, as the operation takes it."""
        assert self.chair.answer is not None
        return Plan(
            kind=self.kind.data, theme=self.theme.data, held_at=self.held_at.data, place=self.place.data,
            chair_id=self.chair.answer, agenda=self.agenda.data, people=self.people.ids, units=self.units.ids,
            enterprises=self.enterprises.ids,
        )


class FirmChoice(SelectField):
    """One of the enterprises that were asked."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, coerce=lambda chosen: int(chosen) if chosen else None, choices=[], **kwargs)

    def offer(self, guests: Iterable[Any]) -> None:
        """The enterprises of the meeting."""
        firms = [SelectChoice(str(row.MeetingGuest.enterprise_id), row.enterprise) for row in guests]
        self.choices = [SelectChoice("", "不针对某一家"), *firms]


class ProblemForm(ObedientForm):
    """会前问题."""

    words = TextAreaField("问题", [DataRequired("请写明问题"), NotLonger(max=WRITTEN)], render_kw={"rows": 3})
    enterprise = FirmChoice("哪家企业提出", invalid_value_message="请从列出的企业中选")
    unit = UnitField("拟办单位", [Optional()])
    solution = TextAreaField("初步解决意见", [Optional(), NotLonger(max=WRITTEN)], render_kw={"rows": 3})

    @property
    def brought(self) -> Brought:
        """The problem, as the operation takes it."""
        unit = self.unit.answer
        return Brought(self.words.data, self.enterprise.data, unit.id if unit else None, self.solution.data)


class MinutesForm(ObedientForm):
    """会议纪要."""

    came = SelectMultipleField("实际到会", coerce=int, choices=[], widget=ListWidget(prefix_label=False),
                               option_widget=CheckboxInput(), invalid_choice_message="请从列出的参会名单中选",
                               invalid_value_message="请从列出的参会名单中选",
                               description="企业和它的管家都到会的，记一次会议互动")
    words = TextAreaField("纪要", [DataRequired("请写纪要"), NotLonger(max=MINUTES)], render_kw={"rows": 10})

    def offer(self, guests: Iterable[Any]) -> None:
        """Everybody who was asked; all of them ticked until somebody says otherwise."""
        self.came.choices = [
            SelectChoice(str(row.MeetingGuest.id), row.person or row.unit or row.enterprise) for row in guests
        ]
        if not self.is_submitted():
            self.came.data = [int(choice.value) for choice in self.came.choices]


class DecisionForm(ObedientForm):
    """议定事项."""

    words = TextAreaField("议定了什么", [DataRequired("请写明议定了什么"), NotLonger(max=WRITTEN)], render_kw={"rows": 3})
    enterprise = FirmChoice("涉及哪家企业", invalid_value_message="请从列出的企业中选",
                            description="有责任单位和时限的，登记为这家企业的办件")
    unit = UnitField("责任单位", [Optional()])
    due_on = DayField("时限", [Optional()], render_kw={"data-size": "m"})

    def decided(self, firm: Any) -> Decided:
        """The decision, as the operation takes it; ``firm`` is the enterprise that was chosen."""
        return Decided(self.words.data, firm, self.unit.answer, self.due_on.data)


class CallOffForm(ObedientForm):
    """取消会议."""

    reason = TextAreaField("取消理由", [DataRequired("请写明理由"), NotLonger(max=200)], render_kw={"rows": 2})
