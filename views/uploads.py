"""Files that come with a request: taken into a draft first, so that a form that comes back has lost none of them."""

from collections.abc import Iterable
from typing import Any

from flask import current_app, request
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from models.tickets import Attachment
from operations.access.scope import own_enterprise_ids
from operations.errors import BadInput
from operations.files import MIB, size_in_words
from operations.storage import places
from operations.tickets import attachments
from operations.tickets.attachments import UploadRules


def rules() -> UploadRules:
    """The site's settings for files."""
    config = current_app.config
    return UploadRules(
        storage=places.of_attachments(config),
        per_file=config["ATTACHMENT_BYTES"],
        per_sending=config["ATTACHMENTS_PER_TICKET"],
        per_enterprise=config["ATTACHMENT_QUOTA"],
    )


def take(files: Iterable[FileStorage], draft_key: str, *, enterprise_id: int | None = None) -> list[str]:
    """Keep the files in ``draft_key`` of whoever is signed in; answers one sentence for each that was refused.

    Whose quota they use up: the enterprise named, or the member's own; an official's files use nobody's.
    """
    refusals, room = [], enterprise_id or next(iter(own_enterprise_ids(current_user)), None)
    for file in files:
        if not file.filename:
            continue  # a file input left empty sends one nameless part
        try:
            take_one(file, draft_key, enterprise_id=room)
        except BadInput as refusal:
            refusals.append(str(refusal))
    return refusals


def take_one(file: FileStorage, draft_key: str, *, enterprise_id: int | None = None) -> Attachment:
    """Keep one file. Raises BadInput."""
    return attachments.store(
        file.stream,
        file.filename or "",
        actor=current_user,
        rules=rules(),
        draft_key=draft_key,
        enterprise_id=enterprise_id,
    )


def sent(field: str = "files") -> list[FileStorage]:
    """The file parts of the request under this name; text sent under it is not one."""
    return request.files.getlist(field)


def waiting(draft_key: str) -> list[Attachment]:
    """What lies in the draft now."""
    return attachments.of_draft(current_user, draft_key)


def take_out(draft_key: str, public_id: str) -> None:
    """Take one file out of the draft again; one that is gone already is gone."""
    for attachment in waiting(draft_key):
        if attachment.public_id == public_id:
            attachments.discard(attachment, actor=current_user)


def limits_in_words() -> str:
    """What the field says about itself."""
    settings = rules()
    return (
        f"最多 {settings.per_sending} 个，每个不超过 {size_in_words(settings.per_file)}，"
        f"可传照片、PDF、Word（docx）、Excel（xlsx）。照片的拍摄地点、文档的作者会自动去掉，有电子签名的文档保持原样。"
        f"请不要上传涉密材料。"
    )


def input_attributes() -> dict[str, Any]:
    """What the browser may know beforehand; the server decides."""
    shown = max(1, rules().per_file // MIB)
    return {"accept": "image/jpeg,image/png,image/webp,.pdf,.docx,.xlsx", "data-max-mb": shown}
