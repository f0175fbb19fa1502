"""批量: one act on many enterprises, set by set, with an outcome for each; who may act is asked again for every one."""

from collections.abc import Sequence

from sqlalchemy import or_, select, update

from models import clock
from models.access import Post, Role, User
from models.base import LabelledEnum, db
from models.bulk import among, insert_returning
from models.directory import Enterprise, Tag
from operations import log
from operations.access import scope
from operations.access.actor import Actor
from operations.base import operation
from operations.directory import stewardship
from operations.directory.particulars import TAGGING, sound_label
from operations.directory.stewardship import Outcome
from operations.errors import BadInput, NotAllowed

MOST = 2000
NOT_YOURS = "不是你单位的企业，也不归你包保，不在你的区域。"


class BulkAct(LabelledEnum):
    """What may be done to many enterprises at once."""

    TAG = "tag", "打标签"
    UNTAG = "untag", "取下标签"
    ASSIGN = "assign", "指派主管家"
    EXPORT = "export", "导出"


@operation
def begin() -> None:
    """Claim the form of a bulk act by ``once=``: sent twice, it is done once."""


@operation
def tag_all(enterprises: Sequence[Enterprise], *, actor: Actor, label: str) -> list[Outcome]:
    """打标签 on all: those that have it already keep it. One transaction. Raises NotAllowed, BadInput."""
    label, now = sound_label(label), clock.now()
    allowed = _taggable(actor, enterprises)
    rows = [{"enterprise_id": one.id, "label": label, "tagged_by_id": actor.user_id, "created_at": now}
            for one in enterprises if one.id in allowed]
    made = insert_returning(db.session.connection(), Tag.__table__, rows, key="enterprise_id")
    _record("tag_all", actor, sorted(made.values()))
    return [
        _outcome(one, one.id in allowed, f"已打上“{label}”" if one.id in made else f"原来就有“{label}”")
        for one in enterprises
    ]


@operation
def untag_all(enterprises: Sequence[Enterprise], *, actor: Actor, label: str) -> list[Outcome]:
    """取下标签 from all: dated, not deleted. One transaction. Raises NotAllowed, BadInput."""
    label = sound_label(label)
    allowed = _taggable(actor, enterprises)
    held = update(Tag).where(among(Tag.enterprise_id), Tag.label == label, Tag.ended_at.is_(None))
    ended = db.session.execute(
        held.values(ended_at=clock.now()).returning(Tag.enterprise_id, Tag.id)
        .execution_options(synchronize_session=False), {"ids": sorted(allowed)},
    ).all()
    taken = {row.enterprise_id for row in ended}
    _record("untag_all", actor, sorted(row.id for row in ended))
    return [
        _outcome(one, one.id in allowed, f"已取下“{label}”" if one.id in taken else f"原来就没有“{label}”")
        for one in enterprises
    ]


def assign_all(enterprises: Sequence[Enterprise], *, actor: Actor, steward: User, reason: str) -> list[Outcome]:
    """指派主管家 to all: one transaction, one refusal stops no other. Raises NotAllowed, BadInput, Refused."""
    return stewardship.assign_many(enterprises, actor=actor, steward=steward, reason=reason)


def steward_called(words: str) -> User:
    """The steward of now whose name, user name or phone this is. Raises BadInput when there is none, or several."""
    held = select(Post.user_id).where(Post.role == Role.STEWARD, Post.ended_at.is_(None))
    called = or_(User.name == words, User.username == words, User.phone == words)
    found = db.session.scalars(select(User).where(called, User.id.in_(held)).order_by(User.id).limit(6)).all()
    if not found:
        raise BadInput(f"没有叫“{words}”的企业管家，请核对姓名，或填手机号。")
    if len(found) > 1:
        raise BadInput(f"叫“{words}”的企业管家有 {len(found)} 位，请填手机号。")
    return found[0]


def _taggable(actor: Actor, enterprises: Sequence[Enterprise]) -> frozenset[int]:
    if not actor.holds(Role.REGISTRAR, *TAGGING):
        raise NotAllowed
    own = scope.visible_enterprises(actor.only(Role.REGISTRAR, *TAGGING)).where(
        among(Enterprise.id), Enterprise.merged_into_id.is_(None)
    )
    ids = [one.id for one in enterprises]
    return frozenset(db.session.scalars(own.with_only_columns(Enterprise.id), {"ids": ids}))


def _outcome(enterprise: Enterprise, is_done: bool, words: str) -> Outcome:
    return Outcome(enterprise.id, enterprise.name, is_done, words if is_done else NOT_YOURS)


def _record(action: str, actor: Actor, rows: list[int]) -> None:
    if rows:
        log.record(action, object_type="tag", object_id=None, actor=actor,
                   standing=actor.posts_as(Role.REGISTRAR, *TAGGING)[0], details={"rows": rows})
