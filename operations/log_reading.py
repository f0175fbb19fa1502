"""查日志: the sealed log for the audit administrator. Reading it is itself an event; words are never shown."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from models import clock
from models.access import Role, User
from models.base import db
from models.log import Event, LogHead
from models.rectifications import RectificationAct
from models.tickets import Act, Ticket
from operations import log
from operations.access.actor import Actor
from operations.base import operation
from operations.errors import NotAllowed
from operations.protection import even_when_protected

PAGE = 50
DAYS = (1, 7, 30)
# What is done beside the acts on tickets.
LABELS = {str(act): act.label for act in (*Act, *RectificationAct)} | {
    "sign_in": "登录",
    "sign_out": "退出",
    "end_sessions": "退出其他登录",
    "restore_backup": "恢复备份",
    "resume_log": "认可恢复后的日志",
    "change_password": "改密码",
    "set_password": "用链接设置密码",
    "send_password_link": "发送密码链接",
    "unlock_account": "解锁账号",
    "prove_identity": "再次核对密码",
    "take_second_step": "输入动态码",
    "set_up_two_steps": "启用两步验证",
    "renew_recovery_codes": "换备用码",
    "end_two_steps": "停用两步验证",
    "reset_two_steps": "重置两步验证",
    "show_number": "显示号码",
    "refused": "越权被拒",
    "find_virus": "上传的文件有病毒",
    "log_interaction": "记一笔",
    "import.receive": "上传填报表",
    "import.check": "检查填报表",
    "import.let_in": "同意导入",
    "import.take": "导入",
    "import.cancel": "取消导入",
    "import.undo": "撤销导入",
    "turn_into_ticket": "互动转为诉求",
    "confirm_interaction": "确认互动",
    "deny_interaction": "否认互动",
    "lapse_interactions": "互动确认期满",
    "note_exchange": "消息往来记为互动",
    "write_message": "发消息",
    "send_broadcast": "群发",
    "opt_out_of_broadcasts": "不再接收群发",
    "opt_in_to_broadcasts": "恢复接收群发",
    "assign_steward": "指派管家",
    "cover": "安排备岗",
    "end_cover": "提前结束备岗",
    "propose_handover": "提出移交",
    "confirm_handover": "确认接手",
    "decline_handover": "谢绝移交",
    "cancel_handover": "取消移交",
    "leave_duty": "管家离岗",
    "make_plan": "生成分配方案",
    "carry_out_plan": "执行分配方案",
    "give_up_plan": "放弃分配方案",
    "open_supervision": "打开督办",
    "propose_calendar": "提出日历草案",
    "approved_calendar": "批准日历草案",
    "declined_calendar": "不批准日历草案",
    "withdrawn_calendar": "撤回日历草案",
    "publish_calendar": "公布工作日历",
    "move_clocks": "日历改动时限",
    "export_ledger": "导出督办台账",
    "export_measures": "导出约谈问责登记表",
    "export_filling": "导出填报情况",
    "update_regions": "更新区划",
    "open_account": "开户",
    "close_account": "停用账号",
    "take_up_account": "恢复账号",
    "propose_appointment": "提出任用",
    "decline_appointment": "不同意任用",
    "appoint": "任用",
    "dismiss": "免去岗位",
    "add_organisation": "增设单位",
    "change_organisation": "更改单位",
    "import_catalogue": "导入派单目录",
    "set_filling_target": "定应报数",
    "remind_filling": "填报提醒",
    "halt_clock": "时钟异常，停止作业",
    "confirm_clock": "确认时间正确",
    "propose_policy": "提出规则草案",
    "approved_policy": "批准规则草案",
    "declined_policy": "不批准规则草案",
    "withdrawn_policy": "撤回规则草案",
    "create_campaign": "发起评议",
    "add_campaign_objects": "加评议对象",
    "drop_campaign_object": "去掉评议对象",
    "abandon_campaign": "作废评议",
    "draw_campaign": "评议抽样",
    "invite_campaign": "发评议邀请",
    "remind_campaign": "评议催答",
    "open_campaign_invitation": "打开评议邀请",
    "answer_campaign": "答卷",
    "close_campaign": "截止评议",
    "freeze_campaign": "封存评议结果",
    "publish_campaign": "公布评议结果",
    "read_log": "查看日志",
}


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What is looked for: an action's code, a ticket's number, a person's account or name, the last so many days."""

    action: str = ""
    ticket: str = ""
    person: str = ""
    days: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. ``is_intact``: its own hash still seals its body; the whole chain is proved by ``audit verify``."""

    event: Event
    label: str
    who: str
    number: str
    is_intact: bool


@operation
@even_when_protected
def note_reading(wanted: LogFilter, *, actor: Actor) -> datetime:
    """查看日志：written down before anything is shown. Returns when. Raises NotAllowed."""
    posts = actor.posts_as(Role.AUDIT_ADMINISTRATOR)
    if not posts:
        raise NotAllowed
    asked = {name: value for name, value in asdict(wanted).items() if value}
    person = asked.pop("person", None)
    ids = list(db.session.scalars(_called(person))) if person else []
    log.record("read_log", object_type="log", object_id=None, actor=actor, standing=posts[0],
               details=asked | ({"persons": ids} if person else {}))
    return clock.now()


def entries(wanted: LogFilter, *, before: int | None = None) -> list[Entry]:
    """One page of events, newest first, older than the event ``before``; one more than ``PAGE`` when there are more."""
    rows = (
        select(Event, User.name, Ticket.number)
        .outerjoin(User, User.id == Event.actor_id)
        .outerjoin(Ticket, Ticket.id == Event.ticket_id)
        .where(*_conditions(wanted))
        .order_by(Event.seq.desc())
    )
    if before is not None:
        rows = rows.where(Event.seq < before)
    return [_entry(row) for row in db.session.execute(rows.limit(PAGE + 1))]


def head() -> tuple[int, str]:
    """The end of the chain: how many events there are and the hash of the last."""
    row = db.session.execute(select(LogHead.seq, LogHead.hash)).one()
    return row.seq, row.hash


def actions() -> list[tuple[str, str]]:
    """Every action that was ever recorded, with its label: one step through the index for each."""
    first = select(func.min(Event.action).label("action")).cte("actions", recursive=True)
    following = select(func.min(Event.action)).where(Event.action > first.c.action).correlate(first).scalar_subquery()
    steps = first.union_all(select(following).where(first.c.action.is_not(None)))
    known = db.session.scalars(select(steps.c.action).where(steps.c.action.is_not(None)))
    return [(action, LABELS.get(action, action)) for action in known]


def _conditions(wanted: LogFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.action:
        found.append(Event.action == wanted.action)
    if wanted.ticket:
        found.append(Event.ticket_id.in_(select(Ticket.id).where(Ticket.number == wanted.ticket)))
    if wanted.person:
        found.append(Event.actor_id.in_(_called(wanted.person)))
    if wanted.days:
        older = select(Event.seq).where(Event.at < clock.now() - timedelta(days=wanted.days))
        newest = older.order_by(Event.seq.desc()).limit(1).scalar_subquery()
        found.append(Event.seq > func.coalesce(newest, 0))
    return found


def _called(person: str | None) -> Any:
    return select(User.id).where(or_(User.username == person, User.name == person))


def _entry(row: Any) -> Entry:
    event, name, number = row
    who = name or ("系统" if event.actor_id is None else f"账号 {event.actor_id}")
    is_intact = log.link_hash(event.prev, event.seq, event.body, event.alg) == event.hash
    return Entry(event, LABELS.get(event.action, event.action), who, number or "", is_intact)
