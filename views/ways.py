"""Where somebody is led: the page of a ticket for them, and back to where they came from."""

import re
from urllib.parse import SplitResult, urlsplit

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException

from operations.insight.lines import LARGEST_ID


def to_ticket(number: str, *, is_own: bool) -> str:
    """The enterprise's own page of its ticket, or the officials' page."""
    return url_for("portal.show" if is_own else "tickets.show", number=number)


def place(name: str) -> int | None:
    """Where a list goes on, from the address; nonsense begins at the first page."""
    said = request.args.get(name, "")
    return min(int(said), LARGEST_ID) if re.fullmatch(r"[1-9][0-9]{0,17}", said) else None


def safe(wanted: str) -> str:
    """``wanted`` when it is a page of this site that can be opened; else the start page (no open redirect)."""
    return wanted if _takes(wanted, "GET") else url_for("home.index")


def form_page() -> str:
    """Where the form that was sent can be filled in again: its own address, or the page on which it stood."""
    return request.path if _takes(request.path, "GET") else came_from()


def came_from() -> str:
    """The page on which the request was begun, as the browser tells it; else the start page."""
    parts = _parted(request.referrer or "")
    is_ours = parts.netloc == request.host
    return safe(f"{parts.path}?{parts.query}" if parts.query else parts.path) if is_ours else safe("")


def safe_form(wanted: str) -> str:
    """``wanted`` when a form of this site can be sent there; else nothing."""
    return wanted if _takes(wanted, "POST") else ""


def _takes(wanted: str, method: str) -> bool:
    parts = _parted(wanted)
    if parts.scheme or parts.netloc or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return False
    try:
        current_app.url_map.bind("").match(parts.path, method=method)
    except HTTPException:
        return False
    return True


def _parted(url: str) -> SplitResult:
    """The parts of an address that anybody may have written; none of one that cannot be, as ``http://[``."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
