"""评价选项: the reasons offered with each grade, by version; a new version holds from the start of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from models import clock
from models.access import Role, User
from models.base import db
from models.ratings import Grade, RatingOccasion, RatingTagSet
from operations import log
from operations.access.actor import Actor, Standing
from operations.access.ground import is_over_all
from operations.base import insert_ignoring, operation
from operations.clocks import shanghai
from operations.clocks.reckoning import midnight
from operations.errors import BadInput, NotAllowed, Refused

EDITORS = (Role.CLERK, Role.SUPERVISOR)
MOST_TAGS, LONGEST_TAG, REASON_LIMIT, AHEAD = 12, 12, 200, timedelta(days=366)
GOOD = ("办得快", "说得清楚", "少跑腿", "主动联系", "问题真解决")
BAD = ("时间太长", "说法不一致", "材料反复要", "态度不好", "没解决问题", "指南不准确", "平台不好用", "其他")
AT_WINDOW = ("办得快", "态度好", "一次说清", "业务熟", "少跑腿")
BAD_AT_WINDOW = ("等候太久", "办得太慢", "一次没说清", "材料反复要", "态度不好", "业务不熟", "窗口没人", "其他")
# facts.md §3.1: content by grade, 线上 and 线下; complete here, so that a site without a version of its own has one.
DEFAULTS: dict[RatingOccasion, dict[Grade, tuple[str, ...]]] = {
    RatingOccasion.ONLINE: {
        Grade.VERY_SATISFIED: GOOD, Grade.SATISFIED: GOOD,
        Grade.FAIRLY_SATISFIED: ("还可以再快些", "还可以说得更清楚", "指南还可以更准确", "平台还可以更好用"),
        Grade.DISSATISFIED: BAD, Grade.VERY_DISSATISFIED: BAD,
    },
    RatingOccasion.WINDOW: {
        Grade.VERY_SATISFIED: AT_WINDOW, Grade.SATISFIED: AT_WINDOW,
        Grade.FAIRLY_SATISFIED: ("还可以再快些", "还可以说得更清楚", "态度还可以更好", "环境还可以更好"),
        Grade.DISSATISFIED: BAD_AT_WINDOW, Grade.VERY_DISSATISFIED: BAD_AT_WINDOW,
    },
}


@dataclass(frozen=True, slots=True)
class TagSet:
    """The reasons of one grade; ``id`` is their version, None for the defaults."""

    id: int | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One version as its history shows it."""

    row: RatingTagSet
    set_by: str

    @property
    def tags(self) -> Sequence[str]:
        """The reasons."""
        return tuple(self.row.tags["tags"])


def in_force(occasion: RatingOccasion) -> Mapping[Grade, TagSet]:
    """The reasons that hold now, of every grade, in one statement."""
    rows = (
        select(RatingTagSet.grade, RatingTagSet.id, RatingTagSet.tags)
        .where(RatingTagSet.occasion == occasion, RatingTagSet.effective_at <= clock.now())
        .order_by(RatingTagSet.effective_at, RatingTagSet.id)
    )
    found = {grade: TagSet(None, tags) for grade, tags in DEFAULTS[occasion].items()}
    return found | {grade: TagSet(id_, tuple(held["tags"])) for grade, id_, held in db.session.execute(rows)}


def grades_by_tag(occasion: RatingOccasion) -> Mapping[str, Sequence[Grade]]:
    """Every reason that holds now once, with the grades it is offered with, in the order of the grades."""
    found: dict[str, list[Grade]] = {}
    for grade, held in in_force(occasion).items():
        for tag in held.tags:
            found.setdefault(tag, []).append(grade)
    return found


def may_set(actor: Actor) -> bool:
    """Whether the actor may set the reasons: a clerk or a supervisor of the whole site (no county adds its own)."""
    return _post_of(actor) is not None


@operation
def set_tags(
    occasion: RatingOccasion, grade: Grade, *, tags: Sequence[str], effective_on: date, reason: str, actor: Actor
) -> int:
    """换版：these reasons are offered with the grade from that day on; what was rated keeps its version.

    Returns the new version's id. Raises NotAllowed, BadInput, Refused.
    """
    standing = _post_of(actor)
    if standing is None:
        raise NotAllowed
    kept = checked(tags)
    today = shanghai.today()
    if not today < effective_on <= today + AHEAD:
        raise BadInput("生效日期应在明天以后、一年以内。")
    if not reason.strip() or len(reason) > REASON_LIMIT:
        raise BadInput(f"请写明理由和依据，{REASON_LIMIT} 字以内。")
    row = {"occasion": occasion, "grade": grade, "tags": {"tags": kept}, "effective_at": midnight(effective_on),
           "reason": reason.strip(), "set_by_id": actor.user_id, "set_at": clock.now()}
    made = db.session.scalar(insert_ignoring(RatingTagSet).values(row).returning(RatingTagSet.id))
    if made is None:
        raise Refused("这一天已经有新版本，请改用另一天。")
    log.record("set_rating_tags", object_type="rating_tag_set", object_id=made, actor=actor, standing=standing,
               words=reason, details={"occasion": str(occasion), "grade": str(grade), "tags": kept,
                                      "effective_on": effective_on.isoformat()})
    return made


def checked(tags: Sequence[str]) -> list[str]:
    """The reasons as they are kept: trimmed, none twice. Raises BadInput."""
    kept = [tag for tag in (tag.strip() for tag in tags) if tag]
    if not 2 <= len(kept) <= MOST_TAGS:
        raise BadInput(f"每个等级应有 2 到 {MOST_TAGS} 个选项。")
    if len(set(kept)) != len(kept):
        raise BadInput("有重复的选项。")
    if any(len(tag) > LONGEST_TAG for tag in kept):
        raise BadInput(f"每个选项最多 {LONGEST_TAG} 字。")
    return kept


def versions(occasion: RatingOccasion, *, limit: int = 50) -> Sequence[Version]:
    """Every version, what is still to come first."""
    rows = (
        select(RatingTagSet, User.name)
        .join(User, User.id == RatingTagSet.set_by_id)
        .where(RatingTagSet.occasion == occasion)
        .order_by(RatingTagSet.effective_at.desc(), RatingTagSet.id.desc())
        .limit(limit)
    )
    return [Version(row, name) for row, name in db.session.execute(rows)]


def _post_of(actor: Actor) -> Standing | None:
    return next((post for post in actor.posts_as(*EDITORS) if is_over_all(post.region_path)), None)
