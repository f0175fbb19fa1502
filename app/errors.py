"""One place where a refusal becomes a page and an unexpected error becomes an id somebody can quote."""

import errno
import logging
import secrets

from flask import Flask, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app import overflow
from app.login import forget_person, keep_fields, keep_form
from models.base import db
from models.encryption import Undecipherable
from operations.access import refusals
from operations.errors import AlreadyDone, Away, DomainError, NotAllowed
from operations.files import size_in_words
from views import ways
from views.desk import WAITED
from views.forms.base import clean, is_secret

FULL = (errno.ENOSPC, errno.EDQUOT)

log = logging.getLogger(__name__)

WORDS = {
    400: ("请求无法识别", "请返回上一页，刷新后重试。"),
    404: ("没有找到", "没有找到该内容，或您无权查看。"),
    405: ("不能这样打开", "请从页面上的按钮操作。"),
    415: ("无法识别的格式", "请用页面上的表单提交。"),
}


def register(app: Flask) -> None:
    """Attach the handlers."""
    app.register_error_handler(DomainError, refused)
    app.register_error_handler(CSRFError, out_of_date)
    app.register_error_handler(RequestEntityTooLarge, too_large)
    app.register_error_handler(HTTPException, not_served)
    for away in (OperationalError, InterfaceError, NoConnection):
        app.register_error_handler(away, database_away)
    app.register_error_handler(Undecipherable, undecipherable)
    app.register_error_handler(OSError, no_room)
    app.register_error_handler(Away, files_away)
    app.register_error_handler(Exception, unexpected)


def refused(error: DomainError) -> ResponseReturnValue:
    """A rule of the domain said no: its own sentence, its own status code."""
    if isinstance(error, AlreadyDone) and WAITED in request.headers:
        return {"words": str(error)}, 200  # a script that sends again what it could not tell to have arrived
    if isinstance(error, AlreadyDone):
        flash(str(error), "blue")
        is_own = request.blueprint == "portal"
        return redirect(ways.to_ticket(error.target, is_own=is_own) if error.target else url_for("home.index"))
    if isinstance(error, NotAllowed) and current_user.is_authenticated:
        db.session.rollback()
        db.session.info["read_only"] = False  # the refusal of a page is written too, in a transaction of its own
        refusals.note(current_user, request.endpoint or "", request.path)
    return _page("没有办成", str(error), error.status_code, typed=_typed(), **_way_back())


def out_of_date(error: CSRFError) -> ResponseReturnValue:
    """The form's token is missing or old: what was typed is kept and the page is given anew."""
    if keep_form() and request.endpoint:
        flash("页面停留过久，请核对后再提交一次。已填写的内容保留了。", "amber")
        return redirect(ways.form_page())
    return _page("页面已过期", "请刷新页面后重试。", 400)


def not_served(error: HTTPException) -> ResponseReturnValue:
    """What the HTTP layer refuses."""
    title, words = WORDS.get(error.code or 500, ("没有办成", "请稍后重试。"))
    return _page(title, words, error.code or 500)


def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """The whole request was over the limit: say so, and give the words back where the form can be opened again."""
    most, each = current_app.config["MAX_CONTENT_LENGTH"], current_app.config["ATTACHMENT_BYTES"]
    words = f"一次最多上传 {size_in_words(most)}，单个文件不超过 {size_in_words(each)}，请压缩，或分几次上传。"
    typed = overflow.rescue()
    if typed and current_user.is_authenticated and keep_fields(typed):
        back = {"next_url": ways.form_page(), "next_label": "返回重新选择文件"}
        return _page("上传的内容太大", f"{words}刚才填写的文字保留了。", 413, **back)
    return _page("上传的内容太大", words, 413)


def database_away(error: SQLAlchemyError) -> ResponseReturnValue:
    """The database does not answer: say so and ask to come back; nothing acknowledged is lost.

    The page asks it nothing more, not even who is reading.
    """
    db.session.rollback()
    log.error("database away: %s", type(getattr(error, "orig", error)).__name__)
    forget_person()
    return _later("数据库没有响应，请稍后重试。刚才的内容没有提交。")


def undecipherable(error: Undecipherable) -> ResponseReturnValue:
    """What the database holds sealed cannot be opened: a key is missing among the settings, or a row was changed."""
    db.session.rollback()
    log.error("sealed with a key that DATA_KEYS does not have, or tampered with")
    return _later(error.message)


def no_room(error: OSError) -> ResponseReturnValue:
    """A file does not fit on the disk any more; any other fault of the system is a fault of ours."""
    if error.errno not in FULL:
        return unexpected(error)
    db.session.rollback()
    log.error("the disk is full")
    forget_person()
    return _later("服务器的存储空间满了，请稍后重试。刚才的内容没有提交。")


def files_away(error: Away) -> ResponseReturnValue:
    """No file can be taken or given; the database can be reached, so what was typed is kept for the next try."""
    db.session.rollback()
    if current_user.is_authenticated and keep_form():
        back = {"next_url": ways.form_page(), "next_label": "返回重新选择文件"}
        return _later(f"{error}刚才填写的文字保留了。", **back)
    return _later(str(error))


def unexpected(error: Exception) -> ResponseReturnValue:
    """A fault of ours: one page, one id; the details only in the log."""
    number = secrets.token_hex(4)
    db.session.rollback()
    log.exception("error %s at %s", number, request.path)
    return _page("系统出错", f"请把编号 {number} 告诉管理员。已提交成功的内容不受影响。", 500)


def _page(title: str, words: str, code: int, **more: str) -> tuple[str, int]:
    return render_template("error.html", heading=title, words=words, **more), code


def _later(words: str, **more: str) -> ResponseReturnValue:
    page, code = _page("系统暂时不可用", words, 503, **more)
    return page, code, {"Retry-After": "5"}


def _typed() -> str:
    """The sentences that were sent and not taken, to be copied: nothing typed is lost with a refusal."""
    said = [clean(value) for name, value in request.form.items(multi=True) if not is_secret(name)]
    return "\n\n".join(value for value in said if not value.isascii() or " " in value)


def _way_back() -> dict[str, str]:
    number = (request.view_args or {}).get("number")
    if not number or request.method != "POST":
        return {}
    is_own = request.blueprint == "portal"
    return {"next_url": ways.to_ticket(number, is_own=is_own), "next_label": "返回诉求" if is_own else "返回办件"}
