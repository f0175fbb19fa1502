"""登记簿: extensions, ledger, instructions, consultations and results in time, with figures that open their lists."""

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.base import LabelledEnum
from operations.insight.registers import consultations, extensions, instructions, ledger
from operations.insight.registers import register as registers
from operations.insight.registers import results, sheet
from operations.insight.registers.register import NO_UNIT, READING, Narrowing, Register
from views.guards import for_roles, proven
from views.months import month_of, month_text, this_month
from views.reporting import reads_reports
from views.watch import place_of
from views.watch_filter import row_id
from views.workbooks import sent_workbook

bp = reads_reports(Blueprint("registers", __name__, url_prefix="/registers"))

REGISTERS: dict[str, Register] = {
    one.REGISTER.name: one.REGISTER for one in (extensions, ledger, instructions, consultations, results)
}
NAMES = ", ".join(REGISTERS)


@bp.get("")
@for_roles(*READING)
def home() -> ResponseReturnValue:
    """登记簿: the first of them."""
    return redirect(url_for(".index", name=next(iter(REGISTERS))))


@bp.get(f"/<any({NAMES}):name>")
@for_roles(*READING)
def index(name: str) -> str:
    """One register."""
    register = REGISTERS[name]
    narrowing, place = _narrowing(register), place_of(request.args)
    page = registers.page_rows(register, current_user, narrowing, place=place)
    written = _written(narrowing)
    return render_template(
        "registers/index.html", register=register, rows=page.rows, narrowing=narrowing, tabs=_tabs(".index", name),
        units=registers.units(current_user), month=month_text(narrowing.month), is_narrowed=bool(written),
        columns=[column for column in register.columns if column.is_on_page], no_unit=NO_UNIT,
        export_url=url_for(".export", name=name, **written),
        previous=url_for(".index", name=name, **written, before=page.previous) if page.previous else "",
        next=url_for(".index", name=name, **written, after=page.next) if page.next else "",
    )


@bp.post(f"/<any({NAMES}):name>/export")
@for_roles(*READING)
@proven
def export(name: str) -> ResponseReturnValue:
    """导出登记簿."""
    register = REGISTERS[name]
    file = sheet.export(current_user, register, _narrowing(register))
    return sent_workbook(file, f"{register.label}登记簿")


@bp.get(f"/<any({NAMES}):name>/figures")
@for_roles(*READING)
def figures(name: str) -> str:
    """每单位的数字; of one month, or of all where the register counts what stands now."""
    register = REGISTERS[name]
    month = _month_of(register)
    return render_template(
        "registers/figures.html", register=register, rows=registers.figures(register, current_user, month),
        month=month_text(month), tabs=_tabs(".figures", name),
    )


def _month_of(register: Register) -> date | None:
    return month_of(request.args.get("month", "")) or (this_month() if register.is_of_a_month else None)


def _tabs(endpoint: str, here: str) -> list[dict[str, Any]]:
    return [
        {"label": one.label, "url": url_for(endpoint, name=one.name), "count": None, "current": one.name == here}
        for one in REGISTERS.values()
    ]


def _narrowing(register: Register) -> Narrowing:
    args = request.args
    return Narrowing(
        state=_one_of(register.states, args.get("state")),
        month=month_of(args.get("month", "")),
        unit_id=_unit(args.get("unit", "")),
        kind=_one_of(register.kinds, args.get("class")),
    )


def _unit(text: str) -> int | None:
    if not text:
        return None
    return NO_UNIT if text == str(NO_UNIT) else row_id(text)


def _one_of(kinds: type[LabelledEnum], text: str | None) -> LabelledEnum | None:
    return next((kind for kind in kinds if kind.value == text), None)


def _written(n: Narrowing) -> dict[str, Any]:
    values = {"state": n.state and n.state.value, "month": month_text(n.month), "class": n.kind and n.kind.value,
              "unit": n.unit_id}
    return {name: value for name, value in values.items() if value not in ("", None)}
