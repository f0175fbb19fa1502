"""评价墙: where each rating counts, the groups in which anonymous ones count, and the sums that the wall adds up."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, created_at, open_index, primary_key
from models.ratings import Grade, RatingOccasion

# So many anonymous ratings make the smallest group that any figure may hold (security.md (c), R10).
SMALLEST_GROUP = 5
_SUM = "very_satisfied + satisfied + fairly_satisfied + dissatisfied + very_dissatisfied"


class Cut(LabelledEnum):
    """By what the sums are cut; each cut holds everything, so that its rows add up to the unit's."""

    UNIT = "unit", "单位"
    DESK = "desk", "窗口和人员"
    ITEM = "item", "事项"


class RatingGroup(Base):
    """匿名评价组. Anonymous ratings that count together or not at all; never changed once it is formed.

    What stands in ``window_id``, ``officer_id``, ``occasion`` and ``item`` holds for all of its members; what is
    empty may differ among them. It counts on the last day of a month. ``cell`` and ``level`` say how it was formed.
    """

    __tablename__ = "rating_groups"
    __table_args__ = (
        CheckConstraint(f"count >= {SMALLEST_GROUP}", name="no_small_groups"),
        CheckConstraint(f"count = {_SUM}", name="grades_add_up"),
        sa.UniqueConstraint("formed_at", "level", "cell"),
        Index("ix_rating_groups_unit", "unit_id", "counts_on"),
    )

    id: Mapped[primary_key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    window_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    occasion: Mapped[RatingOccasion | None]
    item: Mapped[str] = mapped_column(sa.String(200), default="")
    counts_on: Mapped[date]
    level: Mapped[int] = mapped_column(sa.SmallInteger)
    cell: Mapped[str] = mapped_column(sa.String(300))
    formed_at: Mapped[created_at]
    count: Mapped[int]
    very_satisfied: Mapped[int]
    satisfied: Mapped[int]
    fairly_satisfied: Mapped[int]
    dissatisfied: Mapped[int]
    very_dissatisfied: Mapped[int]


class RatingPlace(Base):
    """计入处: unit, window, officer and item that a rating counts for, as they were when it was first counted.

    They are copies out of rows that hold the foreign keys: checked again, a city's year would take minutes to place.
    A named one counts on its day, an anonymous one with its group, and nowhere before it has one.
    """

    __tablename__ = "rating_places"
    __table_args__ = (
        CheckConstraint("group_id IS NULL OR is_anonymous", name="named_ones_need_no_group"),
        Index("ix_rating_places_unit", "unit_id", "rated_at", "rating_id"),
        Index("ix_rating_places_rated", "rated_at", "rating_id"),
        open_index("ix_rating_places_bad", "unit_id", "rated_at", "rating_id",
                   where="grade IN ('dissatisfied', 'very_dissatisfied')"),
        open_index("ix_rating_places_officer", "officer_id", "rated_at", "rating_id", where="officer_id IS NOT NULL"),
        open_index("ix_rating_places_window", "window_id", "rated_at", "rating_id", where="window_id IS NOT NULL"),
        open_index("ix_rating_places_alone", "unit_id", "counts_on", where="is_anonymous AND group_id IS NULL"),
    )

    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"), primary_key=True, autoincrement=False)
    unit_id: Mapped[int]
    window_id: Mapped[int | None]
    officer_id: Mapped[int | None]
    occasion: Mapped[RatingOccasion]
    item: Mapped[str] = mapped_column(sa.String(200), default="")
    grade: Mapped[Grade]
    is_anonymous: Mapped[bool]
    is_excluded: Mapped[bool] = mapped_column(default=False)
    rated_at: Mapped[datetime]
    counts_on: Mapped[date]
    group_id: Mapped[int | None] = mapped_column(ForeignKey("rating_groups.id"))


class RatingRound(Base):
    """可评价的轮次: a round of a ticket that came to its rating, and whose work it was. Placed once, as ratings are.

    ``is_dropped``: the round was broken off before anybody could rate it, and is no case of the wall any more.
    """

    __tablename__ = "rating_rounds"
    __table_args__ = (
        Index("ix_rating_rounds_came", "came_at", "clock_id"),
        Index("ix_rating_rounds_unit", "unit_id", "came_at", "clock_id"),
    )

    clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"), primary_key=True, autoincrement=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    unit_id: Mapped[int]
    item: Mapped[str] = mapped_column(sa.String(200), default="")
    came_at: Mapped[datetime]
    is_dropped: Mapped[bool] = mapped_column(default=False)


class Counted:
    """What is counted, and by which cut. ``cases`` came to be rated then; the grades are those that count.

    ``excluded`` stand in no grade.
    """

    cut: Mapped[Cut]
    unit_id: Mapped[int]
    window_id: Mapped[int | None]
    officer_id: Mapped[int | None]
    occasion: Mapped[RatingOccasion | None]
    item: Mapped[str] = mapped_column(sa.String(200), default="")
    cases: Mapped[int]
    very_satisfied: Mapped[int]
    satisfied: Mapped[int]
    fairly_satisfied: Mapped[int]
    dissatisfied: Mapped[int]
    very_dissatisfied: Mapped[int]
    excluded: Mapped[int]


class RatingSum(Counted, Base):
    """评价计数 of one day, by one cut.

    Written anew for every day that has changed, by the job ``count-ratings``, from rows that hold the foreign keys;
    a city's year is half a million of these.
    """

    __tablename__ = "rating_sums"
    __table_args__ = (
        Index("ix_rating_sums_day", "cut", "counts_on", "unit_id"),
        Index("ix_rating_sums_unit", "cut", "unit_id", "counts_on"),
    )

    id: Mapped[primary_key]
    counts_on: Mapped[date]


class RatingMonth(Counted, Base):
    """评价月计数: the days of a month added up, so that a year reads twelve rows instead of 365. ``month`` is its first.

    Written anew together with the days, in the same transaction.
    """

    __tablename__ = "rating_months"
    __table_args__ = (Index("ix_rating_months_unit", "cut", "unit_id", "month"),)

    id: Mapped[primary_key]
    month: Mapped[date]


class RatingTally(Base):
    """统计时刻: until when the sums have counted. One row."""

    __tablename__ = "rating_tallies"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counted_at: Mapped[datetime]
