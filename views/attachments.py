"""Attachments: always downloaded, never shown inside the site; and files sent one by one by the script."""

from flask import Blueprint, Response, current_app, request, send_file
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access import scope
from operations.errors import Away
from operations.files import key_of
from operations.storage import places
from operations.tickets import attachments
from views import uploads
from views.forms.base import clean
from views.guards import ensure_proven_to_read

bp = Blueprint("attachments", __name__, url_prefix="/attachments")

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


@bp.get("/<public_id>")
def download(public_id: str) -> Response:
    """Stream the file under the name it came with (RFC 5987), or a part of it that is asked for."""
    attachment = scope.get_attachment(current_user, clean(public_id))
    ticket = attachments.ticket_of(attachment)
    if ticket is not None and ticket.enterprise_id not in scope.own_enterprise_ids(current_user):
        ensure_proven_to_read(ticket)
    size, file = places.of_attachments(current_app.config).open(key_of(attachment.stored_name))
    answer = send_file(file, mimetype=attachment.media_type, as_attachment=True, download_name=attachment.file_name,
                       etag=attachment.sha256, last_modified=attachment.created_at, conditional=False)
    answer.content_length = size
    answer.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    answer.headers.update(HEADERS)
    return answer


@bp.post("")
def upload() -> ResponseReturnValue:
    """One file of a form that is still being filled in; the form itself finds it waiting in its draft."""
    key = clean(request.form.get("draft", ""))[:64]
    before = {attachment.id for attachment in uploads.waiting(key)}
    try:
        refusals = uploads.take(uploads.sent()[:1], key) if key else ["请刷新页面后重试。"]
    except Away as away:
        return {"error": str(away)}, away.status_code, {"Retry-After": "5"}
    kept = [attachment for attachment in uploads.waiting(key) if attachment.id not in before]
    if refusals or not kept:
        return {"error": "".join(refusals) or "没有收到文件，请重新选择。"}, 422
    return {"id": kept[-1].public_id, "name": kept[-1].file_name, "size": kept[-1].size}, 201


@bp.post("/<public_id>/discard")
def discard(public_id: str) -> tuple[str, int]:
    """Take one's own waiting file out of the draft again."""
    attachments.discard(scope.get_attachment(current_user, clean(public_id)), actor=current_user)
    return "", 204
