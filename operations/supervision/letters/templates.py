"""模板: texts with named fields; an unknown one is refused. A paragraph whose fields are all empty is left out, and one
with a field that the letter does not have at all (its fact is None): what a ticket is for where there is no ticket."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from models import clock
from models.access import Role
from models.base import db
from models.letters import LetterKind, LetterTemplate
from operations import log
from operations.access.actor import Actor
from operations.base import operation, remembered
from operations.errors import BadInput, NotAllowed, Refused
from operations.words import ensure_said

TITLE_LIMIT, BODY_LIMIT = 120, 4000
FIELD = re.compile(r"{{\s*([^{}]*?)\s*}}")
_ALWAYS = ("收文单位", "发文机关")
_TICKET = (*_ALWAYS, "办件号", "主题", "企业")
_ORDER = (*_TICKET, "责任单位", "督办等级", "时限名称", "到期时间", "时限说明", "事由", "签收期限", "答复期限")
_MEASURE = ("措施编号", "涉及办件")
FIELDS = {
    LetterKind.HINT: (*_TICKET, "正文", "答复期限"),
    LetterKind.REMINDER: (*_TICKET, "正文", "答复期限"),
    LetterKind.BULLETIN: (*_TICKET, "正文", "答复期限"),
    LetterKind.SUPERVISION: _ORDER,
    LetterKind.TALK: (*_ORDER, *_MEASURE),
    LetterKind.REFERRAL: (*_ORDER, *_MEASURE),
    LetterKind.SUPPLEMENT: (*_TICKET, "缺少材料", "补正期限", "时限说明"),
    LetterKind.REFUSAL: (*_TICKET, "责任单位", "报备编号", "结论"),
}
_CURRENT = select(LetterTemplate.kind, LetterTemplate.region_path, LetterTemplate.id).where(
    LetterTemplate.ended_at.is_(None)
)


class Templates:
    """The templates in force, read once: of a kind, the one of the nearest ground at or above the office's."""

    def __init__(self) -> None:
        self._rows: Sequence[Any] = db.session.execute(_CURRENT).all()

    def choose(self, kind: LetterKind, region_path: str) -> int:
        """The id of the template for a letter of this kind by an office of this ground."""
        fits = [row for row in self._rows if row.kind is kind and region_path.startswith(row.region_path)]
        found: int = max(fits, key=lambda row: len(row.region_path)).id
        return found


def in_force() -> Templates:
    """The templates in force, asked once per operation."""
    return remembered("letter_templates", Templates)


def fill(text: str, facts: Mapping[str, str | None]) -> list[str]:
    """The paragraphs of ``text`` with the facts in place, without those that have nothing to say."""
    found = []
    for paragraph in text.splitlines():
        names = FIELD.findall(paragraph)
        is_without = any(facts.get(name, "") is None for name in names)
        if is_without or names and not any(facts.get(name) for name in names):
            continue
        filled = FIELD.sub(lambda match: facts.get(match[1]) or "", paragraph)
        found += [line.strip() for line in filled.splitlines() if line.strip()]
    return found


def ensure_sound(kind: LetterKind, title: str, body: str) -> None:
    """Raise BadInput: for a field that this kind does not have, with its name, and for braces that are no field."""
    known = FIELDS[kind]
    for text in (title, body):
        unknown = [name for name in FIELD.findall(text) if name not in known]
        if unknown:
            raise BadInput(f"{kind.label}没有“{unknown[0]}”这个要素。可用的要素：{'、'.join(known)}。")
        if re.search(r"{{|}}", FIELD.sub("", text)):
            raise BadInput("要素要写成 {{主题}} 的样子，花括号成对出现。")


@operation
def revise(kind: LetterKind, *, actor: Actor, title: str, body: str, after: int) -> LetterTemplate:
    """修改模板：the next version for the ground of the actor's office. ``after`` is the template their page showed."""
    post = next((post for post in actor.posts_as(Role.SUPERVISOR) if post.region_path), None)
    if post is None:
        raise NotAllowed
    title = ensure_said(title, "请填写标题。", most=TITLE_LIMIT)
    body = ensure_said(body, "请填写正文。", most=BODY_LIMIT)
    ensure_sound(kind, title, body)
    now = clock.now()
    if after != current(kind, post.region_path).id:
        raise Refused("模板刚刚被他人改过，请打开新的一版再改。")
    rows = select(LetterTemplate).where(LetterTemplate.kind == kind, LetterTemplate.region_path == post.region_path)
    latest = db.session.scalar(rows.order_by(LetterTemplate.version.desc()).limit(1).with_for_update())
    if latest is not None:
        latest.ended_at = now
        db.session.flush()
    made = LetterTemplate(kind=kind, region_path=post.region_path, version=latest.version + 1 if latest else 1,
                          title=title, body=body, made_at=now, made_by_id=actor.user_id)
    db.session.add(made)
    db.session.flush()
    log.record("revise_letter_template", object_type="letter_template", object_id=made.id, actor=actor, standing=post,
               words=f"{title}\n{body}", details={"kind": str(kind), "version": made.version})
    return made


def may_revise(actor: Actor) -> bool:
    """Whether the actor's office writes templates: a supervisor's does."""
    return any(post.region_path for post in actor.posts_as(Role.SUPERVISOR))


def unsaved(kind: LetterKind, title: str, body: str) -> LetterTemplate:
    """A template that is only looked at: in no session, of no version."""
    return LetterTemplate(kind=kind, region_path="", version=0, title=title, body=body)


def current(kind: LetterKind, region_path: str) -> LetterTemplate:
    """The template in force for an office of this ground."""
    return db.session.get_one(LetterTemplate, Templates().choose(kind, region_path))


def versions(kind: LetterKind, region_path: str) -> Sequence[LetterTemplate]:
    """Every version that an office of this ground has had, its own and the one that came along, newest first."""
    rows = select(LetterTemplate).where(
        LetterTemplate.kind == kind, LetterTemplate.region_path.in_(["", region_path])
    )
    return db.session.scalars(rows.order_by(LetterTemplate.made_at.desc(), LetterTemplate.id.desc())).all()
