"""The hall's interface as docs/hall.md tells it, for schemathesis; and how its requests are signed.

Read by the site's own Python, and run as ``SCHEMATHESIS_HOOKS`` by that of schemathesis, which has nothing of ours.
"""

import hashlib
import hmac
import os
import secrets
import time

PATH = "/api/hall/cases"
_TEXT = {"type": "string", "minLength": 1, "maxLength": 60, "pattern": "^[A-Z0-9-]+$"}
_CASE = {
    "type": "object", "additionalProperties": False, "required": ["number", "item", "unit", "finished_at"],
    "properties": dict.fromkeys(
        ("number", "item", "item_code", "unit", "unit_name", "window", "window_name", "officer", "officer_name"), _TEXT,
    ) | {
        "finished_at": {"enum": ["2026-08-19 08:30", "2026-08-19T08:30:00+08:00", "2026-08-19"]},
        "channel": {"enum": ["window", "online", "terminal", "post"]},
        "credit_code": {"type": "string"}, "visitor": {"type": "string"},
    },
}
_RESULT = {
    "type": "object", "required": ["number", "status"], "additionalProperties": False,
    "properties": {
        "number": {"type": "string", "nullable": True}, "reason": {"type": "string", "minLength": 1},
        "link": {"type": "string"},
        "status": {"enum": ["new", "changed", "repeated", "rated", "waiting", "refused"]},
    },
}
_TAKEN = {
    "type": "object", "required": ["received", "results"], "additionalProperties": False,
    "properties": {"received": {"type": "integer"}, "results": {"type": "array", "items": _RESULT}},
}


def _refused(code):
    error = {"type": "object", "required": ["code", "words"], "additionalProperties": False,
             "properties": {"code": {"enum": [code]}, "words": {"type": "string", "minLength": 1}}}
    return _answer({"type": "object", "required": ["error"], "properties": {"error": error}})


def _answer(schema):
    return {"description": "", "content": {"application/json": {"schema": schema}}}


_BODY = {"type": "object", "required": ["cases"],
         "properties": {"cases": {"type": "array", "maxItems": 5, "items": _CASE}, "links": {"type": "boolean"}}}
DESCRIPTION = {
    "openapi": "3.0.3", "info": {"title": "hall", "version": "1"},
    "paths": {PATH: {"post": {
        "requestBody": {"required": True, "content": {"application/json": {"schema": _BODY}}},
        "responses": {"200": _answer(_TAKEN), "400": _refused("not_json"), "403": _refused("not_believed"),
                      "413": _refused("too_large"), "422": _refused("bad_request"), "429": _refused("too_many")},
    }}},
}


def sign(request):
    """As docs/hall.md says: over second, nonce and the bytes that go."""
    body = request.body or b""
    body = body if isinstance(body, bytes) else body.encode()
    second, nonce = str(int(time.time())), secrets.token_hex(12)
    signed = hmac.new(os.environ["HALL_SECRET"].encode(), f"{second}\n{nonce}\n".encode() + body, hashlib.sha256)
    request.headers.update({"X-Key": os.environ["HALL_KEY"], "X-Timestamp": second, "X-Nonce": nonce,
                            "X-Signature": signed.hexdigest()})
    return request


if "HALL_KEY" in os.environ:
    import schemathesis

    @schemathesis.hook
    def before_call(context, case, kwargs):
        kwargs["auth"] = sign
