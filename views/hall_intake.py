"""What a hall's own system sends: finished cases, signed, a batch at a time (docs/hall.md). JSON in, JSON out."""

import json
from typing import Any

from flask import Blueprint, current_app, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from operations.errors import BadInput, DomainError
from operations.files import MIB
from operations.hall import arriving, believing
from views.guards import open_to_all

bp = Blueprint("hall_intake", __name__, url_prefix="/api/hall")

MOST_BYTES = MIB
# HTTP status → what a program reads; the sentence beside it is for people.
CODES = {400: "not_json", 403: "not_believed", 409: "refused", 413: "too_large", 422: "bad_request", 429: "too_many"}


@bp.post("/cases")
@open_to_all
def receive() -> ResponseReturnValue:
    """收件：each case has its own result; the whole is refused only when it cannot be believed or read."""
    request.max_content_length = MOST_BYTES
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        return _refused(413, f"一次最多 {MOST_BYTES // 1024} KB。")
    site_key = str(current_app.config["SECRET_KEY"])
    try:
        system, key = believing.believe(
            request.headers.get("X-Key", ""), second=request.headers.get("X-Timestamp", ""),
            nonce=request.headers.get("X-Nonce", ""), signed=request.headers.get("X-Signature", ""), body=body,
            site_key=site_key,
        )
        cases, links = _said(body)
        answers = arriving.arrive(system, cases, site_key=site_key, key_name=key.name, links=links)
    except NotJson as refusal:
        return _refused(400, str(refusal))
    except DomainError as refusal:
        return _refused(refusal.status_code, str(refusal))
    return {"received": len(answers), "results": [_told(answer) for answer in answers]}


class NotJson(BadInput):
    """Believed, and yet no JSON."""

    message = "内容不是 JSON。"


def _said(body: bytes) -> tuple[list[Any], bool]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise NotJson from None
    if not isinstance(said, dict) or not isinstance(said.get("cases"), list):
        raise BadInput("应为 {\"cases\": [...]}。")
    return said["cases"], said.get("links") is True


def _told(answer: arriving.Answer) -> dict[str, Any]:
    told = {"number": answer.number, "status": answer.fate.value}
    if answer.why:
        told["reason"] = answer.why
    if answer.token:
        path = url_for("at_window.rate_case", token=answer.token)
        told["link"] = current_app.config["PUBLIC_URL"].rstrip("/") + path
    return told


def _refused(status: int, words: str) -> ResponseReturnValue:
    return {"error": {"code": CODES.get(status, "refused"), "words": words}}, status
