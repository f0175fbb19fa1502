"""联系人、项目、标签: what hangs on an enterprise beside its facts. The owner's registrar keeps them; stewards tag, too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from models import clock
from models.access import Role
from models.base import db
from models.directory import Contact, Enterprise, Project, ProjectStage, Tag
from operations import log
from operations.access import scope
from operations.access.actor import Actor, Standing
from operations.base import insert_ignoring, operation
from operations.directory import names
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.insight.indexing import index_enterprises

LABEL_LIMIT, NAME_LIMIT, CONTACT_LIMIT = 20, 200, 64
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """项目 as a registrar states it; ``investment`` in 万元."""

    name: str
    investment: Decimal | None = None
    stage: ProjectStage = ProjectStage.PREPARING
    started_on: date | None = None
    finished_on: date | None = None
    has_green_card: bool = False


@operation
def add_contact(enterprise: Enterprise, *, actor: Actor, name: str, title: str, phone: str) -> Contact:
    """添加联系人. Raises NotAllowed, BadInput for a number that cannot be dialled."""
    standing = _standing(actor, enterprise)
    number = names.plain_phone(phone)
    if not name.strip() or len(name) > CONTACT_LIMIT or len(title) > CONTACT_LIMIT:
        raise BadInput(f"请填写联系人姓名；姓名和职务各不超过 {CONTACT_LIMIT} 字。")
    if not names.is_phone(number):
        raise BadInput("联系电话应为 11 位手机号，或带区号的固定电话。")
    contact = Contact(enterprise_id=enterprise.id, name=name.strip(), title=title.strip(), phone=number,
                      created_at=clock.now())
    db.session.add(contact)
    _record("add_contact", enterprise, actor=actor, standing=standing, row=contact)
    index_enterprises([enterprise.id])
    return contact


@operation
def end_contact(contact: Contact, *, actor: Actor, enterprise: Enterprise) -> None:
    """停用联系人：dated, not deleted. Raises NotAllowed, Refused when it has ended."""
    standing = _standing(actor, enterprise)
    if contact.ended_at is not None:
        raise Refused("这位联系人已经停用。")
    contact.ended_at = clock.now()
    _record("end_contact", enterprise, actor=actor, standing=standing, row=contact)
    index_enterprises([enterprise.id])


@operation
def add_project(enterprise: Enterprise, *, actor: Actor, plan: Plan) -> Project:
    """添加项目. Raises NotAllowed, BadInput, Refused for a name the enterprise has already."""
    standing = _standing(actor, enterprise)
    _ensure_sound(plan)
    row = _row(plan) | {"enterprise_id": enterprise.id, "created_at": clock.now()}
    made = db.session.scalar(insert_ignoring(Project).values(row).returning(Project.id))
    if made is None:
        raise Refused("这家企业已有同名项目。")
    project = db.session.get_one(Project, made)
    _record("add_project", enterprise, actor=actor, standing=standing, row=project)
    return project


@operation
def change_project(project: Project, *, actor: Actor, enterprise: Enterprise, plan: Plan) -> None:
    """更改项目. Raises NotAllowed, BadInput, Refused for a name the enterprise has already."""
    standing = _standing(actor, enterprise)
    _ensure_sound(plan)
    twin = select(Project.id).where(Project.enterprise_id == enterprise.id, Project.name == plan.name,
                                    Project.id != project.id)
    if db.session.scalar(twin) is not None:
        raise Refused("这家企业已有同名项目。")
    for field, value in _row(plan).items():
        setattr(project, field, value)
    _record("change_project", enterprise, actor=actor, standing=standing, row=project)


@operation
def tag(enterprise: Enterprise, *, actor: Actor, label: str) -> bool:
    """打标签：answers whether it is new; two at once make one. Raises NotAllowed, BadInput."""
    standing = tagging_post(actor, enterprise)
    if standing is None:
        raise NotAllowed
    row = {"enterprise_id": enterprise.id, "label": sound_label(label), "tagged_by_id": actor.user_id,
           "created_at": clock.now()}
    made = db.session.scalar(insert_ignoring(Tag).values(row).returning(Tag.id))
    if made is not None:
        log.record("tag", object_type="enterprise", object_id=enterprise.id, actor=actor, standing=standing,
                   details={"tag": made})
    return made is not None


@operation
def untag(enterprise: Enterprise, *, actor: Actor, label: str) -> bool:
    """取下标签：dated, not deleted; answers whether it was there. Raises NotAllowed."""
    standing = tagging_post(actor, enterprise)
    if standing is None:
        raise NotAllowed
    held = select(Tag).where(Tag.enterprise_id == enterprise.id, Tag.label == label, Tag.ended_at.is_(None))
    found = db.session.scalar(held)
    if found is not None:
        found.ended_at = clock.now()
        log.record("untag", object_type="enterprise", object_id=enterprise.id, actor=actor, standing=standing,
                   details={"tag": found.id})
    return found is not None


def sound_label(label: str) -> str:
    """The label as it is kept. Raises BadInput."""
    plain = " ".join(label.split())
    if not plain or len(plain) > LABEL_LIMIT:
        raise BadInput(f"标签应为 1 到 {LABEL_LIMIT} 个字。")
    return plain


def tagging_post(actor: Actor, enterprise: Enterprise) -> Standing | None:
    """The post by which the actor tags: the owner's registrar, the steward of now, or an office of the region."""
    if enterprise.merged_into_id is not None:
        return None
    owning = scope.registering_post(actor, enterprise)
    if owning is not None:
        return owning
    posts = actor.posts_as(*TAGGING)
    visible = scope.visible_enterprises(actor.only(*TAGGING)).where(Enterprise.id == enterprise.id)
    return posts[0] if posts and db.session.scalar(visible.with_only_columns(Enterprise.id)) else None


def contacts_of(enterprise: Enterprise) -> Sequence[Contact]:
    """The contacts of now, the latest first."""
    rows = select(Contact).where(Contact.enterprise_id == enterprise.id, Contact.ended_at.is_(None))
    return db.session.scalars(rows.order_by(Contact.id.desc()).limit(SHOWN)).all()


def projects_of(enterprise: Enterprise) -> Sequence[Project]:
    """The projects, the latest first."""
    rows = select(Project).where(Project.enterprise_id == enterprise.id)
    return db.session.scalars(rows.order_by(Project.id.desc()).limit(SHOWN)).all()


def tags_of(enterprise: Enterprise) -> list[str]:
    """The labels on the enterprise now."""
    rows = select(Tag.label).where(Tag.enterprise_id == enterprise.id, Tag.ended_at.is_(None))
    return list(db.session.scalars(rows.order_by(Tag.label).limit(SHOWN)))


def get_contact(enterprise: Enterprise, contact_id: int) -> Contact:
    """The contact of this very enterprise, or NotFound."""
    return _get(Contact, enterprise, contact_id)


def get_project(enterprise: Enterprise, project_id: int) -> Project:
    """The project of this very enterprise, or NotFound."""
    return _get(Project, enterprise, project_id)


TAGGING = (Role.STEWARD, Role.CLERK, Role.SUPERVISOR)


def _get(model: Any, enterprise: Enterprise, row_id: int) -> Any:
    found = db.session.scalar(select(model).where(model.id == row_id, model.enterprise_id == enterprise.id))
    if found is None:
        raise NotFound
    return found


def _standing(actor: Actor, enterprise: Enterprise) -> Standing:
    standing = scope.registering_post(actor, enterprise)
    if standing is None or not scope.may_change(actor, enterprise):
        raise NotAllowed
    return standing


def _ensure_sound(plan: Plan) -> None:
    if not plan.name.strip() or len(plan.name) > NAME_LIMIT:
        raise BadInput(f"请填写项目名称，不超过 {NAME_LIMIT} 字。")
    if plan.started_on and plan.finished_on and plan.finished_on < plan.started_on:
        raise BadInput("竣工日期不能早于开工日期。")


def _row(plan: Plan) -> dict[str, Any]:
    return {"name": plan.name.strip(), "investment": plan.investment, "stage": plan.stage,
            "started_on": plan.started_on, "finished_on": plan.finished_on, "has_green_card": plan.has_green_card}


def _record(action: str, enterprise: Enterprise, *, actor: Actor, standing: Standing, row: Any) -> None:
    db.session.flush()
    log.record(action, object_type="enterprise", object_id=enterprise.id, actor=actor, standing=standing,
               details={"row": row.id})
