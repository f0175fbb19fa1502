"""导出 of lists with a second person's word: above a size somebody else lets it, and nobody takes more than a few a day.

security.md case 13: an export is the way by which a leaver takes the directory along. The supervisors' ledger and the
register of measures name people and firms as well.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import IO, Any

from sqlalchemy import func, or_, select

from models import clock
from models.access import Post, Role, User
from models.base import LabelledEnum, db
from models.exports import Export, ExportKind
from operations import log, notices
from operations.access import persons
from operations.access.actor import Actor
from operations.access.found import the_one
from operations.base import operation
from operations.clocks import rulebook, shanghai
from operations.clocks.calendar import Limit
from operations.clocks.reckoning import midnight
from operations.clocks.wording import moment
from operations.errors import BadInput, NotAllowed, Refused
from operations.insight.export_files import MOST_ROWS, Content
from operations.words import ensure_said

ACTIONS = {ExportKind.ENTERPRISES: "export_enterprises", ExportKind.SUPERVISIONS: "export_ledger",
           ExportKind.MEASURES: "export_measures", ExportKind.RECTIFICATIONS: "export_rectifications",
           ExportKind.RATING_WALL: "export_rating_wall", ExportKind.COMPLETENESS: "export_completeness"}
APPROVING = (Role.SECURITY_ADMINISTRATOR,)
REASON_LIMIT, MOST_WAITING, SHOWN = 200, 3, 50


class ExportState(LabelledEnum):
    """What became of one."""

    WAITING = "waiting", "待审批"
    GRANTED = "granted", "已批准，可下载"
    REFUSED = "refused", "未批准"
    EXPIRED = "expired", "已过期"
    TAKEN = "taken", "已下载"


def state_of(export: Export) -> ExportState:
    """Where it stands now."""
    if export.taken_at:
        return ExportState.TAKEN
    if export.is_granted is False:
        return ExportState.REFUSED
    if export.expires_at < clock.now():
        return ExportState.EXPIRED
    return ExportState.GRANTED if export.is_granted else ExportState.WAITING


def free_rows() -> int:
    """The largest number of rows that needs nobody else's word."""
    return int(_terms()["rows_without_approval"])


@operation
def take_few(actor: Actor, content: Content, *, query: str, scope: str) -> IO[bytes]:
    """导出 what needs no approval: at once, noted like every other. Raises BadInput above that size, Refused after
    the last one of a day."""
    _ensure_not_too_often(actor)
    rows = content.read(free_rows())
    export = _noted(actor, content.kind, query, scope=scope, count=len(rows))
    export.taken_at = clock.now()
    return _file(export, actor, content, rows)


@operation
def ask(
    actor: Actor, *, query: str, scope: str, count: int, reason: str, kind: ExportKind = ExportKind.ENTERPRISES
) -> Export:
    """申请导出：the security administrators are told. Raises BadInput without a reason, Refused above three that wait."""
    _ensure_somebody(actor)
    if count > MOST_ROWS:
        raise BadInput(f"一次最多导出 {MOST_ROWS} {kind.counter}，请用筛选条件分几次导出。")
    reason = ensure_said(reason, "请写明导出的用途。", most=REASON_LIMIT)
    mine = select(func.count()).where(Export.asked_by_id == actor.user_id, *_waiting())
    if (db.session.scalar(mine) or 0) >= MOST_WAITING:
        raise Refused(f"你已有 {MOST_WAITING} 份申请在等审批，有结果后再申请。")
    export = _noted(actor, kind, query, scope=scope, count=count, reason=reason)
    _record("ask_export", export, actor, words=reason)
    people = select(Post.user_id).where(Post.role.in_(APPROVING), Post.ended_at.is_(None))
    subject = f"{actor.name}申请导出{kind.label} {count} {kind.counter}"
    notices.tell_people(set(db.session.scalars(people)) - {actor.user_id}, subject,
                        about=f"export.{export.id}", words=f"用途：{reason}。请到“导出”审批。")
    return export


@operation
def decide(export: Export, *, actor: Actor, is_granted: bool, words: str = "") -> None:
    """批准 or 不予批准, by somebody else. Raises NotAllowed, BadInput for a refusal without words, Refused too late."""
    if not actor.holds(*APPROVING) or persons.are_one(actor.user_id, export.asked_by_id):
        raise NotAllowed
    words = ensure_said(words, "请写明为什么不批准。", most=REASON_LIMIT) if not is_granted else words.strip()[:REASON_LIMIT]
    db.session.refresh(export, with_for_update=True)
    if state_of(export) is not ExportState.WAITING:
        raise Refused("这份申请已经有结果，或已过期。")
    export.decided_by_id, export.decided_at, export.is_granted = actor.user_id, clock.now(), is_granted
    export.words = words
    if is_granted:
        export.expires_at = _deadline()
    _record("grant_export" if is_granted else "refuse_export", export, actor, words=words)
    subject = f"导出申请已批准，{moment(export.expires_at)} 前下载" if is_granted else "导出申请没有批准"
    notices.tell_people([export.asked_by_id], subject, about=f"export.{export.id}", words=words)


@operation
def take(export: Export, *, actor: Actor, content: Content) -> IO[bytes]:
    """下载：once, by who asked, as the list is now and no more rows than were approved. Raises Refused, BadInput."""
    if export.asked_by_id != actor.user_id:
        raise NotAllowed
    _ensure_not_too_often(actor)
    db.session.refresh(export, with_for_update=True)
    state = state_of(export)
    if state is not ExportState.GRANTED:
        raise Refused(f"这份导出{state.label}，不能下载。")
    rows = content.read(export.row_count)
    export.taken_at = clock.now()
    return _file(export, actor, content, rows)


def get(actor: Actor, export_id: int) -> Export:
    """The actor's own, or one that waits or waited for their word; NotFound otherwise."""
    return the_one(select(Export).where(Export.id == export_id, _visible(actor)))


def listed(actor: Actor, *, before: int | None = None) -> Sequence[Export]:
    """What the actor asked for, and for approvers what was asked of them: the latest first, SHOWN and one more."""
    rows = select(Export).where(_visible(actor))
    if before is not None:
        rows = rows.where(Export.id < before)
    return db.session.scalars(rows.order_by(Export.id.desc()).limit(SHOWN + 1)).all()


def may_decide(export: Export, actor: Actor) -> bool:
    """Whether the actor lets it or not, now."""
    is_another = export.asked_by_id != actor.user_id and actor.holds(*APPROVING)
    return is_another and state_of(export) is ExportState.WAITING


def _visible(actor: Actor) -> Any:
    asked_of = Export.needs_approval if actor.holds(*APPROVING) else Export.id.is_(None)
    return or_(Export.asked_by_id == actor.user_id, asked_of)


def _waiting() -> tuple[Any, ...]:
    return Export.needs_approval, Export.decided_at.is_(None), Export.expires_at >= clock.now()


def _terms() -> dict[str, Any]:
    return rulebook.current().policy("export")


def _deadline() -> datetime:
    return rulebook.current().calendar.due(clock.now(), Limit.stored(_terms()["valid"])).due_at


def _ensure_somebody(actor: Actor) -> None:
    if not actor.posts:
        raise NotAllowed


def _ensure_not_too_often(actor: Actor) -> None:
    """The person's row is locked, so that of two at once the second counts the first."""
    _ensure_somebody(actor)
    db.session.execute(select(User.id).where(User.id == actor.user_id).with_for_update())
    today = midnight(shanghai.today())
    taken = select(func.count()).where(
        Export.asked_by_id == actor.user_id, Export.taken_at >= today, Export.taken_at < today + timedelta(days=1)
    )
    most = _terms()["per_day"]
    if (db.session.scalar(taken) or 0) >= most:
        raise Refused(f"每人每天最多导出 {most} 次，请明天再导出。")


def _noted(actor: Actor, kind: ExportKind, query: str, *, scope: str, count: int, reason: str = "") -> Export:
    """A reason is what somebody else has to be convinced by: without one the export was small enough to be free."""
    export = Export(
        asked_by_id=actor.user_id, unit_id=actor.posts[0].unit_id, kind=kind, query=query[:2000], scope=scope[:500],
        row_count=count, needs_approval=bool(reason), reason=reason, asked_at=clock.now(), expires_at=_deadline(),
    )
    db.session.add(export)
    db.session.flush()
    return export


def _file(export: Export, actor: Actor, content: Content, rows: Sequence[Any]) -> IO[bytes]:
    _record(ACTIONS[content.kind], export, actor, rows=len(rows))
    return content.write(rows)


def _record(action: str, export: Export, actor: Actor, *, words: str = "", **details: Any) -> None:
    log.record(action, object_type="export", object_id=export.id, actor=actor, standing=actor.posts[0], words=words,
               details={"count": export.row_count} | details)
