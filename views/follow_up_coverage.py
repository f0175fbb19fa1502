"""回访覆盖率: by region or unit for a month, each number with the list that it counts."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access.scope import REGIONAL
from operations.insight import follow_up_coverage
from operations.insight.follow_up_coverage import By, Kind, Narrowing, Part
from operations.insight.lines import LARGEST_ID
from views.guards import for_roles
from views.months import month_of, month_text, this_month
from views.reporting import reads_reports
from views.watch import place_of

bp = reads_reports(Blueprint("follow_up_coverage", __name__, url_prefix="/follow-ups/coverage"))


@bp.get("")
@for_roles(*REGIONAL)
def index() -> ResponseReturnValue:
    """The figures of a month."""
    month = month_of(request.args.get("month", "")) or this_month()
    by = next((one for one in By if one == request.args.get("by")), By.REGION)
    kind = _kind()
    total, lines = follow_up_coverage.rows(current_user, Narrowing(month, kind), by=by)
    here: dict[str, Any] = {"month": month_text(month), "kind": kind.value}
    return render_template(
        "follow_up_coverage/index.html", total=total, lines=lines, by=by, ways=By, kind=kind, kinds=Kind,
        parts=kind.parts, month=month_text(month),
        list_url=lambda line, part: url_for(".tickets", **here, by=by.value, of=line.key or None, show=part.value),
    )


@bp.get("/tickets")
@for_roles(*REGIONAL)
def tickets() -> ResponseReturnValue:
    """The cases behind one number."""
    month = month_of(request.args.get("month", "")) or this_month()
    by = next((one for one in By if one == request.args.get("by")), By.REGION)
    kind = _kind()
    part = next((one for one in kind.parts if one == request.args.get("show")), Part.CLOSED)
    of = request.args.get("of", "")
    narrowing = _narrowing(month, kind, by, of)
    page = follow_up_coverage.page_of(current_user, narrowing, part=part, place=place_of(request.args))
    shown: dict[str, Any] = {"month": month_text(month), "kind": kind.value, "by": by.value}
    here = shown | {"of": of or None, "show": part.value}
    return render_template(
        "follow_up_coverage/tickets.html", rows=page.rows, part=part, kind=kind, kinds=Kind, month=month_text(month),
        back=url_for(".index", **shown),
        previous=url_for(".tickets", **here, before=page.previous) if page.previous else "",
        next=url_for(".tickets", **here, after=page.next) if page.next else "",
    )


def _kind() -> Kind:
    """Of which cases: of tickets where nothing else is asked."""
    return next((one for one in Kind if one == request.args.get("kind")), Kind.TICKETS)


def _narrowing(month: Any, kind: Kind, by: By, of: str) -> Narrowing:
    """Of a region its path, of a unit its id; nonsense narrows to nothing that is there."""
    if not of:
        return Narrowing(month, kind)
    if by is By.REGION:
        return Narrowing(month, kind, region_path=of[:120])
    is_id = of.isascii() and of.isdecimal() and len(of) <= 10 and int(of) <= LARGEST_ID
    return Narrowing(month, kind, unit_id=int(of) if is_id else LARGEST_ID)
