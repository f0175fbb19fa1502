"""Forms that carry files. They work without a script; what was uploaded once is not asked for again."""

from typing import Any

from flask import request
from wtforms import MultipleFileField

from models.tickets import Attachment
from views import uploads
from views.forms.base import BaseForm, clean


class FilesForm(BaseForm):
    """A form with ``files``. The template prints them with the macro of ``components/files.html``.

    Every submission first takes the files into the draft, so they wait there (``kept_files``) while anything else is
    put right; a button named ``discard`` takes one out and shows the form again.
    """

    files = MultipleFileField("照片或材料")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.files.description = uploads.limits_in_words()
        self.files.render_kw = uploads.input_attributes()
        self.refused_files: list[str] = []

    @property
    def draft_key(self) -> str:
        """What holds the files of this form together: the key the form was printed with."""
        return clean(self.form_key.data)[:64]

    @property
    def kept_files(self) -> list[Attachment]:
        """The files that wait to be sent with the form."""
        return uploads.waiting(self.draft_key)

    @property
    def answers(self) -> dict[str, Any]:
        """The fields by name, and the files as ``attachments``."""
        rest = {name: value for name, value in super().answers.items() if name != "files"}
        return rest | {"attachments": self.kept_files}

    def was_submitted_and_valid(self) -> bool:
        """Whether the form was sent, every field holds and no file was refused."""
        if not self.is_submitted():
            return False
        if request.form.get("discard"):
            uploads.take_out(self.draft_key, request.form["discard"])
            return False
        self.refused_files = uploads.take(uploads.sent(), self.draft_key)
        valid = bool(self.validate())
        for sentence in self.refused_files:
            self.blame("files", sentence)
        return valid and not self.refused_files
