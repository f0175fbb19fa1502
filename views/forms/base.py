"""What every form has: CSRF, stripped and cleaned text, a key that makes two sendings one, and kept answers."""

import hashlib
import json
import secrets
import unicodedata
from collections.abc import Callable
from typing import Any

from flask import request, session
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, IntegerField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, StopValidation, ValidationError
from wtforms.widgets import HiddenInput

from operations.access import kept_forms
from operations.base import Once
from operations.errors import AlreadyDone, DomainError, NotAllowed, NotFound

UNSEEN = ("Cc", "Cf", "Cs")
OWN = ("csrf_token", "form_key", "version")
SECRETS = ("password", "passcode")  # how the name of a field ends whose answer is never kept and never shown again
LARGEST = 2**63


def clean(text: Any) -> str:
    """Text as it is stored: NFC, Unix line ends, no control or bidirectional characters, no outer white space.

    A stored value that is no text, such as an amount, stands in its field as text.
    """
    if text is None:
        return ""
    said = unicodedata.normalize("NFC", str(text)).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in said if char in "\n\t" or unicodedata.category(char) not in UNSEEN).strip()


def is_secret(name: str) -> bool:
    """Whether the field of this name holds a password, or a code that opens something."""
    return name.endswith(SECRETS)


class NotLonger(Length):
    """At most ``max`` characters, with a sentence that says how many there are."""

    def __call__(self, form: Any, field: Field) -> None:
        length = len(field.data or "")
        if length > self.max:
            raise ValidationError(f"最多 {self.max} 字，现有 {length} 字，请删减")


class NeededBeside(Optional):
    """Needed where something stands in the field ``other``; else it may be left empty. A rule of the form itself would
    not do: what may be empty ends the asking when it is, before such a rule is come to."""

    def __init__(self, other: str, missing: str) -> None:
        super().__init__()
        self.other, self.missing = other, missing

    def __call__(self, form: Any, field: Field) -> None:
        try:
            super().__call__(form, field)
        except StopValidation:
            if form[self.other].data:
                raise StopValidation(self.missing) from None
            raise


class BaseForm(FlaskForm):
    """The parent of all forms. ``answers`` is what the operation gets."""

    class Meta(FlaskForm.Meta):
        """Text fields are cleaned before they are checked; a password is what was typed, to the last space."""

        locales = ["zh_CN", "zh"]

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            kind = unbound_field.field_class
            if issubclass(kind, StringField | TextAreaField) and not issubclass(kind, PasswordField):  # hidden ones too
                options["filters"] = [*unbound_field.kwargs.get("filters", ()), clean]
            return super().bind_field(form, unbound_field, options)

    form_key = HiddenField(default=lambda: secrets.token_urlsafe(18))

    @classmethod
    def from_request(cls, **kwargs: Any) -> "BaseForm":
        """The form of this page: posted, given back after a sign-in, or fresh."""
        if request.method == "POST":
            forget_kept()
            return cls(**kwargs)
        kept = kept_answers()
        return cls(formdata=kept, **kwargs) if kept is not None else cls(**kwargs)

    @property
    def answers(self) -> dict[str, Any]:
        """The fields by name, without what belongs to the form itself."""
        return {name: value for name, value in self.data.items() if name not in OWN}

    @property
    def once(self) -> Once:
        """What makes this very form one act, however often it is sent."""
        fields = {name: request.form.getlist(name) for name in request.form if name not in ("csrf_token", "form_key")}
        digest = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
        user_id = current_user.user_id if current_user.is_authenticated else None
        return Once(user_id, clean(self.form_key.data)[:64], digest)

    def was_submitted_and_valid(self) -> bool:
        """Whether the form was sent and every field holds."""
        return bool(self.validate_on_submit())

    def blame(self, field: str, sentence: str) -> None:
        """Show a refusal of the domain at one field, so that the page comes back with everything typed."""
        self[field].errors = [*self[field].errors, sentence]


class RefusableForm(BaseForm):
    """A form on whose page the refusal of its act is told, with everything typed still there."""

    status_code = 422
    form_errors: list[str]

    def carried_out(self, act: Callable[[], object]) -> bool:
        """Do it. What stands against it becomes an error of this form, which comes back with everything typed.

        What was sent before, and what is not the person's business, goes its own way.
        """
        try:
            act()
        except (AlreadyDone, NotAllowed, NotFound):
            raise
        except DomainError as refusal:
            self.form_errors = [*self.form_errors, str(refusal)]
            self.status_code = refusal.status_code
            return False
        return True


class MarkField(IntegerField):
    """A hidden number that the page was printed with; one that no row can have is none."""

    data: int | None
    widget = HiddenInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what a database could hold."""
        super().process_formdata(valuelist)
        if self.data is not None and not 0 <= self.data < LARGEST:
            self.data = None


class VersionedForm(RefusableForm):
    """A form that acts on a ticket as its page showed it."""

    version = MarkField()


class CodeField(SelectField):
    """One member of a LabelledEnum; its data is the member."""

    def __init__(self, label: str, kind: Any, *, members: Any = None, blank: str | None = None, **kwargs: Any) -> None:
        offered = [SelectChoice(member.value, member.label) for member in (members or kind)]
        if blank is not None:
            offered.insert(0, SelectChoice("", blank))
        super().__init__(label, choices=offered, coerce=lambda code: kind(code) if code else None, **kwargs)


def kept_answers(path: str = "") -> MultiDict[str, str] | None:
    """What the person had typed here when the session ran out: until it is sent, so that a reload loses nothing.

    ``path`` is where the form is sent, when that is another address than the page on which it stands.
    """
    token = session.get("kept_form")
    if not token or not current_user.is_authenticated:
        return None
    fields = kept_forms.fetch(token, path or request.path, actor=current_user)
    if fields is None:
        return None
    return MultiDict((name, value) for name, values in fields.items() if name not in OWN for value in values)


def forget_kept() -> None:
    """The form of this path is being sent: what was kept of it is no longer needed."""
    token = session.get("kept_form")
    if token and current_user.is_authenticated and kept_forms.fetch(token, request.path, actor=current_user):
        session.pop("kept_form")
