"""Forms of the stewards: the quick log, and a demand raised for an enterprise."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from flask_login import current_user
from wtforms import BooleanField, DateField, DateTimeLocalField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from models.access import Role
from models.directory import Enterprise
from models.engagement import Interaction, InteractionKind
from models.tickets import Channel, Ticket, TicketKind, Urgency
from operations.clocks.calendar import SHANGHAI
from operations.directory.enterprises import NAMES_SHOWN
from operations.engagement import interactions
from operations.engagement.cap import OverCap
from operations.engagement.interactions import Talk
from operations.errors import BadInput, Refused
from operations.tickets.accused import AboutOnesOwn
from operations.tickets.intake import CONTENT_LIMIT, SUBJECT_LIMIT, Demand
from views.forms import accused
from views.forms.base import BaseForm, NotLonger
from views.forms.files import FilesForm

KIND_ICONS = {
    InteractionKind.PHONE: "phone",
    InteractionKind.VISIT: "walk",
    InteractionKind.PLATFORM: "chat",
    InteractionKind.VIDEO: "video",
    InteractionKind.MEETING: "meeting",
}
BY_STEWARD = (Channel.STEWARD,)
BY_CLERK = (
    Channel.HALL, Channel.HOTLINE, Channel.TERMINAL, Channel.STUDIO, Channel.MEETING, Channel.VISIT,
    Channel.INSTRUCTION, Channel.OBSERVER, Channel.HIGHER_OFFICE,
)


class Obeys:
    """A rule of the domain asked while the form is still there: its refusal becomes the field's error."""

    def __init__(self, rule: Callable[[Any], None]) -> None:
        self.rule = rule

    def __call__(self, _form: Any, field: Any) -> None:
        try:
            if field.data is not None:  # what could not be read has its own error
                self.rule(field.data)
        except BadInput as refusal:
            raise ValidationError(str(refusal)) from refusal


class InteractionForm(FilesForm):
    """记一笔. Only 企业 and 内容 are asked; the enterprise is typed, or picked where several are meant."""

    enterprise_id = RadioField("选一家", coerce=lambda chosen: int(chosen) if chosen else None, choices=[],
                               validate_choice=False, invalid_value_message="请从列出的企业中选一家")
    enterprise = StringField("企业", [NotLonger(max=200)], render_kw={
        "data-suggest": "/log/enterprises?q=", "autocomplete": "off", "placeholder": "名称中的几个字，或信用代码"})
    kind = RadioField(
        "方式", coerce=InteractionKind, default=InteractionKind.PHONE, invalid_value_message="请选择方式",
        choices=[SelectChoice(kind.value, kind.label, {"data-icon": icon}) for kind, icon in KIND_ICONS.items()],
    )
    content = TextAreaField("谈了什么", [InputRequired("请写谈了什么"), NotLonger(max=interactions.CONTENT_LIMIT)],
                            render_kw={"rows": 4, "data-max": interactions.CONTENT_LIMIT})
    becomes_ticket = BooleanField("转为诉求办件", description="同时登记一件诉求，受理时限 1 个工作日")
    subject = StringField("办件主题", [Optional(), NotLonger(max=SUBJECT_LIMIT)], description="不填就取内容的第一句")
    ticket_kind = SelectField(
        "诉求类型", coerce=TicketKind, default=TicketKind.HELP, invalid_value_message="请选择诉求类型",
        choices=[SelectChoice(kind.value, kind.label) for kind in TicketKind],
    )
    next_on = RadioField("下次联系", coerce=lambda day: date.fromisoformat(day) if day else None, validate_choice=False,
                         choices=[], validators=[Optional(), Obeys(interactions.ensure_ahead)],
                         invalid_value_message="请重新选择下次联系的日期")
    next_date = DateField("选日期", [Optional(), Obeys(interactions.ensure_ahead)],
                          invalid_value_message="日期请写成 2026-08-24 这样")
    occurred_at = DateTimeLocalField(
        "什么时候谈的", [Optional(), Obeys(interactions.ensure_happened)], tz=SHANGHAI, description="不填就是现在",
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        invalid_value_message="时间请写成 2026-08-24 09:30 这样",
    )

    def offer(self, meant: Iterable[Any]) -> None:
        """Let one of these be picked: rows of id and name that the typed words may mean."""
        self.enterprise_id.label.text = "要记的是哪一家"
        self.enterprise_id.choices = [SelectChoice(str(row.id), row.name) for row in meant]

    def offer_latest(self, latest: Iterable[Any]) -> None:
        """Spare typing on a phone: the enterprises spoken to last, by their short names."""
        self.enterprise_id.label.text, self.enterprise.label.text = "最近联系的企业", "或其他企业"
        names = {row.id: row.short_name or row.name for row in latest}
        self.enterprise_id.choices = [SelectChoice(str(key), name) for key, name in names.items()]

    def offer_days(self, days: Iterable[tuple[str, date]]) -> None:
        """The days of the chips; a day that was chosen yesterday stays choosable."""
        offered = {day.isoformat(): words for words, day in days}
        if self.next_on.data:
            offered.setdefault(self.next_on.data.isoformat(), f"{self.next_on.data:%m月%d日}")
        chips = [SelectChoice("", "不约"), *(SelectChoice(day, words) for day, words in offered.items())]
        self.next_on.choices = chips

    def blame_name(self, found: int) -> None:
        """Say why no enterprise could be told from what was typed."""
        typed = self.enterprise.data
        if not typed:
            self.blame("enterprise", "请写明是哪家企业")
        elif not found:
            self.blame("enterprise", f"你负责的企业里没有“{typed}”，请核对名称")
        else:
            more = "以上" if found >= NAMES_SHOWN else ""
            self.blame("enterprise", f"名称里有“{typed}”的企业有 {found} 家{more}，请选一家或写全")

    is_invited = BooleanField("企业邀请去的", description="企业邀请的走访不计入无事不扰的次数")
    over_cap_reason = StringField("超出无事不扰上限的理由", [Optional(), NotLonger(max=200)],
                                  description="本月次数已满时才需要写，长期可查")

    def noted(self, note: Callable[[], Interaction]) -> Interaction | None:
        """Do it; a visit above the cap comes back and asks why."""
        try:
            return note()
        except OverCap as refusal:
            self.blame("over_cap_reason", str(refusal))
            return None

    @property
    def talk(self) -> Talk:
        """What was said, as the operation takes it."""
        return Talk(
            kind=self.kind.data,
            content=self.content.data,
            occurred_at=self.occurred_at.data,
            next_contact_on=self.next_date.data or self.next_on.data,
            becomes=self.ticket_kind.data if self.becomes_ticket.data else None,
            subject=self.subject.data,
            is_invited=self.is_invited.data,
            over_cap_reason=self.over_cap_reason.data,
            photos=self.kept_files,
        )


class TurnForm(BaseForm):
    """转为诉求办件: a note that was written down already."""

    subject = StringField("办件主题", [Optional(), NotLonger(max=SUBJECT_LIMIT)], description="不填就取内容的第一句")
    kind = SelectField(
        "诉求类型", coerce=TicketKind, default=TicketKind.HELP, invalid_value_message="请选择诉求类型",
        choices=[SelectChoice(kind.value, kind.label) for kind in TicketKind],
    )


class DemandForm(BaseForm):
    """代企业提交. The enterprise's own names are locked; a clerk says how the demand came."""

    subject = StringField("一句话说清楚", [InputRequired("请用一句话写明问题"), NotLonger(max=SUBJECT_LIMIT)])
    content = TextAreaField("详细情况", [InputRequired("请写明详细情况"), NotLonger(max=CONTENT_LIMIT)],
                            description="时间、地点、找过哪个部门、希望怎么解决", render_kw={"rows": 8, "data-max": CONTENT_LIMIT})
    kind = SelectField("诉求类型", coerce=TicketKind, default=TicketKind.HELP, invalid_value_message="请选择诉求类型",
                       choices=[SelectChoice(kind.value, kind.label) for kind in TicketKind])
    accused = accused.optional()
    urgency = RadioField("急不急", coerce=Urgency, default=Urgency.ORDINARY, invalid_value_message="请选择急不急",
                         choices=[SelectChoice(level.value, level.label) for level in Urgency])
    channel = RadioField("从哪里来的", coerce=Channel, invalid_value_message="请选择来源渠道", choices=[],
                         invalid_choice_message="请选择来源渠道")
    external_number = StringField("来源编号", [Optional(), NotLonger(max=64)], description="例如 12345 工单号，同一渠道只登记一次")
    contact_name = StringField("联系人", [Optional(), NotLonger(max=64)])
    contact_phone = StringField("联系电话", [Optional(), NotLonger(max=32)], description="不填就用企业登记的电话",
                                render_kw={"inputmode": "tel"})
    has_seen_similar = BooleanField("不是同一件事，照常提交")

    def offer_channels(self) -> None:
        """A steward writes down what they were told; a clerk takes in what came by other ways."""
        channels = (*(BY_STEWARD if current_user.holds(Role.STEWARD) else ()),
                    *(BY_CLERK if current_user.holds(Role.CLERK) else ()))
        self.channel.choices = [SelectChoice(one.value, one.label) for one in channels]
        self.channel.data = self.channel.data or channels[0]

    def submitted(self, submit: Callable[[], Ticket]) -> Ticket | None:
        """Do it; a channel's number that is registered already, or one's own unit named, becomes its field's error."""
        try:
            return submit()
        except AboutOnesOwn as refusal:
            self.blame("accused", str(refusal))
            return None
        except Refused as refusal:
            self.blame("external_number", str(refusal))
            return None

    def demand_of(self, enterprise: Enterprise) -> Demand:
        """The demand as the operation takes it."""
        return Demand(
            enterprise=enterprise,
            subject=self.subject.data,
            content=self.content.data,
            kind=self.kind.data,
            urgency=self.urgency.data,
            channel=self.channel.data,
            external_number=self.external_number.data or None if len(self.channel.choices) > 1 else None,
            contact_name=self.contact_name.data,
            contact_phone=self.contact_phone.data,
            accused=self.accused.answer,
        )
