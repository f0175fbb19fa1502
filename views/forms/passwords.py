"""The field of a new password, whose hint is the site's own rule."""

from typing import Any

from wtforms import PasswordField
from wtforms.validators import InputRequired

from operations.access import passwords
from views.forms.base import NotLonger


class NewPasswordField(PasswordField):
    """新密码."""

    def __init__(self, label: str, missing: str, **rest: Any) -> None:
        super().__init__(label, [InputRequired(missing), NotLonger(max=passwords.LONGEST)],
                         render_kw={"autocomplete": "new-password"}, **rest)
        self.description = passwords.rule()
