"""What other systems send us, signed with a secret of both sides. No person, no session, no form."""

import json
from typing import Any

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from models import clock
from operations.delivery import answers, signing
from operations.errors import BadInput, DomainError, NotFound, TooManyAttempts
from views.guards import open_to_all

bp = Blueprint("callbacks", __name__, url_prefix="/callbacks")

MOST_BYTES = 8 * 1024


@bp.post("/sms")
@open_to_all
def text() -> ResponseReturnValue:
    """短信上行: forged, altered, stale and unsigned all look alike; what came before is thanked for and left as it is."""
    secret = current_app.config["TEXT_CALLBACK_SECRET"]
    if not secret:
        raise NotFound
    request.max_content_length = MOST_BYTES
    body = request.get_data(cache=False)
    is_genuine = signing.is_genuine(
        secret, second=request.headers.get("X-Timestamp", ""), body=body,
        signed=request.headers.get("X-Signature", ""), now=clock.now().timestamp(),
    )
    if not is_genuine:
        return _told(403)
    try:
        said = _said(body)
        answers.take(answers.answer_of(said.get("id"), said.get("from"), said.get("text")),
                     is_vouched=current_app.config["TEXT_SENDERS_VOUCHED"])
    except TooManyAttempts:
        return _told(429)
    except DomainError as refusal:
        return _told(refusal.status_code)
    return _told(200)


def _said(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput from None
    if not isinstance(said, dict):
        raise BadInput
    return said


def _told(status: int) -> ResponseReturnValue:
    return {"code": 0 if status == 200 else status}, status
