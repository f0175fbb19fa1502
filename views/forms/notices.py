"""The form of 通知方式."""

from typing import Any

from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from models.deliveries import Carrier
from models.notices import NoticeKind
from operations.delivery import hours
from operations.delivery.choices import HALF_HOUR, LONGEST_EMAIL, Wishes
from operations.delivery.texts import is_mailbox
from views.forms.base import NotLonger, RefusableForm

WHENEVER = ""


def _told(kind: NoticeKind, description: str = "") -> SelectMultipleField:
    return SelectMultipleField(f"{kind.label}通知", choices=[], widget=ListWidget(), option_widget=CheckboxInput(),
                               coerce=str, description=description, render_kw={"data-look": "chips"})


class WishesForm(RefusableForm):
    """通知方式. In the site everything is told always, so there is nothing to tick for it."""

    supervision = _told(NoticeKind.SUPERVISION, "提醒、督办、约谈。")
    ticket = _told(NoticeKind.TICKET, "派单、签批、补正、办结等办件进展。")
    message = _told(NoticeKind.MESSAGE, "企业和管家的来信。")
    system = _told(NoticeKind.SYSTEM, "包保、认领、导出等其他事项。")
    email = StringField("邮箱", [NotLonger(max=LONGEST_EMAIL)], description="选了电子邮件才需要。",
                        render_kw={"autocomplete": "email", "inputmode": "email", "data-size": "l"})
    opens = SelectField("从几点起", choices=[], coerce=str)
    closes = SelectField("到几点止", choices=[], coerce=str)

    @classmethod
    def about(cls, wishes: Wishes, carriers: tuple[Carrier, ...]) -> "WishesForm":
        """The form as the person has it now, with the carriers of this site."""
        data: dict[str, Any] = {kind.value: [one.value for one in carriers if one in wishes.told[kind]]
                                for kind in NoticeKind}
        data |= {"email": wishes.email, "opens": _text(wishes.opens), "closes": _text(wishes.closes)}
        form = cls.from_request(data=data)
        assert isinstance(form, cls)
        for kind in NoticeKind:
            form[kind.value].choices = [SelectChoice(one.value, one.label) for one in carriers]
        first, last = hours.of_the_site()
        minutes = range(-(-first // HALF_HOUR) * HALF_HOUR, last + 1, HALF_HOUR)
        offered = [SelectChoice(str(minute), hours.clock_words(minute)) for minute in minutes]
        form.opens.choices = [SelectChoice(WHENEVER, "不限"), *offered[:-1]]
        form.closes.choices = [SelectChoice(WHENEVER, "不限"), *offered[1:]]
        return form

    def validate_email(self, field: Any) -> None:
        """One address, or none."""
        if field.data and not is_mailbox(field.data):
            raise ValidationError("请填写一个邮箱地址，如 name@example.com")

    @property
    def wishes(self) -> Wishes:
        """What was asked for. One end of the hours alone is completed by the site's."""
        told = {kind: {Carrier(code) for code in self[kind.value].data or ()} for kind in NoticeKind}
        first, last = hours.of_the_site()
        opens, closes = _minute(self.opens.data), _minute(self.closes.data)
        if opens is None and closes is None:
            return Wishes(told, self.email.data or "")
        opens, closes = first if opens is None else opens, last if closes is None else closes
        return Wishes(told, self.email.data or "", opens, closes)


def _text(minute: int | None) -> str:
    return WHENEVER if minute is None else str(minute)


def _minute(text: str | None) -> int | None:
    return int(text) if text else None
