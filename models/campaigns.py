"""万企评机关: enterprises rate the offices they had to do with; who was asked, what was said, what came of it."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, LabelledEnum, created_at, open_unique, primary_key
from models.directory.organisations import Organisation
from models.directory.regions import Region
from models.ratings import Grade

# Of fewer answers than this nothing is kept but that there were few: whoever answered would be known (security.md).
FEWEST_SHOWN = 5


class Stage(LabelledEnum):
    """Where a campaign stands; told by its moments, stored nowhere."""

    DRAFT = "draft", "筹备"
    DRAWN = "drawn", "已抽样"
    RUNNING = "running", "评议中"
    CLOSED = "closed", "已截止"
    FROZEN = "frozen", "已封存"
    PUBLISHED = "published", "已公布"
    ABANDONED = "abandoned", "已作废"


class ObjectKind(LabelledEnum):
    """评议对象 of a campaign: 涉企部门, 重点处室, 基层站所."""

    UNIT = "unit", "部门"
    DIVISION = "division", "处室"
    STATION = "station", "站所"


class Campaign(Base):
    """一次评议. Its frame is who had to do with an object from ``begins_on`` to ``ends_on``; ``sample_size`` of an
    object's contacts are drawn, all of them where there are fewer.

    ``seed`` is set when it is made, before anybody knows whom it will draw. ``weights`` (grade → points), ``minimum``,
    ``tail`` and ``tail_needs`` are this campaign's own: the site's of the day on which it was made. ``digest`` is the
    SHA-256 of the drawn pairs. From the draw on the database changes nothing of all that.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint("begins_on < ends_on", name="period_has_days"),
        CheckConstraint("sample_size > 0 AND minimum > 0 AND tail > 0", name="plan_is_positive"),
        CheckConstraint("(drawn_at IS NULL) = (digest = '')", name="digest_iff_drawn"),
        CheckConstraint("invited_at IS NULL OR drawn_at IS NOT NULL", name="invited_after_the_draw"),
        CheckConstraint("closed_at IS NULL OR invited_at IS NOT NULL", name="closed_after_the_invitation"),
        CheckConstraint("frozen_at IS NULL OR closed_at IS NOT NULL", name="frozen_after_the_close"),
        CheckConstraint("published_at IS NULL OR frozen_at IS NOT NULL", name="published_after_the_freeze"),
        CheckConstraint("abandoned_at IS NULL OR invited_at IS NULL", name="abandoned_before_the_invitation"),
        CheckConstraint("(frozen_at IS NULL) = (frozen_by_id IS NULL)", name="frozen_by_somebody"),
        CheckConstraint("(published_at IS NULL) = (published_by_id IS NULL)", name="published_by_somebody"),
        CheckConstraint("published_by_id IS NULL OR published_by_id <> frozen_by_id", name="published_by_another"),
        Index("ix_campaigns_region", "region_id", "ends_on"),
    )

    id: Mapped[primary_key]
    title: Mapped[str] = mapped_column(sa.String(60))
    office_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id"))
    region_path: Mapped[str] = mapped_column(sa.String(120))
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    answer_until: Mapped[date]
    sample_size: Mapped[int]
    seed: Mapped[str] = mapped_column(sa.String(64))
    weights: Mapped[dict[str, Any]]
    minimum: Mapped[int]
    tail: Mapped[int]
    tail_needs: Mapped[int]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[created_at]
    drawn_at: Mapped[datetime | None]
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    invited_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
    frozen_at: Mapped[datetime | None]
    frozen_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    abandoned_at: Mapped[datetime | None]

    office: Mapped[Organisation] = relationship()
    region: Mapped[Region] = relationship()

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        passed = (
            (self.abandoned_at, Stage.ABANDONED), (self.published_at, Stage.PUBLISHED), (self.frozen_at, Stage.FROZEN),
            (self.closed_at, Stage.CLOSED), (self.invited_at, Stage.RUNNING), (self.drawn_at, Stage.DRAWN),
        )
        return next((stage for moment, stage in passed if moment is not None), Stage.DRAFT)


class CampaignObject(Base):
    """评议对象. Ranked within ``peer_group`` alone; ``name`` is the unit's, or that of a division without a row."""

    __tablename__ = "campaign_objects"
    __table_args__ = (
        open_unique("uq_campaign_objects_once", "campaign_id", "unit_id", "name", while_null="dropped_at"),
    )

    id: Mapped[primary_key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[ObjectKind]
    name: Mapped[str] = mapped_column(sa.String(100))
    peer_group: Mapped[str] = mapped_column(sa.String(40))
    added_at: Mapped[created_at]
    dropped_at: Mapped[datetime | None]


class CampaignPick(Base):
    """样本: an enterprise that was drawn to say what it thinks of an object."""

    __tablename__ = "campaign_picks"
    __table_args__ = (Index("ix_campaign_picks_enterprise", "enterprise_id", "object_id"),)

    object_id: Mapped[int] = mapped_column(ForeignKey("campaign_objects.id"), primary_key=True, autoincrement=False)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), primary_key=True, autoincrement=False)


class CampaignStratum(Base):
    """层 of the 抽样框: which of an object's contacts are of this size, industry and district, and how many were drawn.

    ``contacts`` are the ids with commas between: a row for each of a city's contacts would take the draw three times
    as long, and they are read only when somebody checks it.
    """

    __tablename__ = "campaign_strata"

    object_id: Mapped[int] = mapped_column(ForeignKey("campaign_objects.id"), primary_key=True, autoincrement=False)
    stratum: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    contacts: Mapped[str] = mapped_column(sa.Text)
    contact_count: Mapped[int]
    drawn_count: Mapped[int]


class CampaignInvitation(Base):
    """邀请. ``is_answered`` says that the enterprise has answered, not when, and nothing leads from here to what."""

    __tablename__ = "campaign_invitations"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "enterprise_id"),
        Index("ix_campaign_invitations_enterprise", "enterprise_id"),
    )

    id: Mapped[primary_key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    is_answered: Mapped[bool] = mapped_column(default=False)


class CampaignToken(Base):
    """链接 of an invitation: only its SHA-256 is kept. A reminder brings another; the first that answers ends them all.

    ``delivery_key`` names the text that took it away, so that it can be counted how many have gone.
    """

    __tablename__ = "campaign_tokens"
    __table_args__ = (Index("ix_campaign_tokens_invitation", "invitation_id"),)

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("campaign_invitations.id"))
    delivery_key: Mapped[str | None] = mapped_column(sa.String(160), unique=True)
    made_at: Mapped[created_at]


class CampaignAnswer(Base):
    """答卷: what somebody said of an object; an empty ``grade`` is 不了解.

    No enterprise, no invitation, no moment; the key is drawn at random and is the order in which the rows lie, so
    that neither a number nor a place tells who answered before whom, and what one enterprise said of two objects does
    not stand together.
    """

    __tablename__ = "campaign_answers"
    __table_args__ = (Index("ix_campaign_answers_object", "object_id", "grade"), {"sqlite_with_rowid": False})

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    object_id: Mapped[int] = mapped_column(ForeignKey("campaign_objects.id"))
    grade: Mapped[Grade | None]
    words: Mapped[str] = mapped_column(sa.String(200), default="")


class CampaignResult(Base):
    """结果 of an object as it was frozen. Of fewer than FEWEST_SHOWN answers no figure is kept.

    ``score`` is in hundredths of a point; ``satisfied``, ``lowest`` and ``highest`` (Wilson, 95 %) in hundredths of a
    per cent; ``grades`` counts the five. ``is_last`` and ``is_last_again``: among the last of its group, and so in
    the campaign before too.
    """

    __tablename__ = "campaign_results"
    __table_args__ = (
        CheckConstraint(f"answer_count IS NULL OR answer_count >= {FEWEST_SHOWN}", name="few_answers_say_nothing"),
        CheckConstraint("(answer_count IS NULL) = (score IS NULL)", name="score_iff_enough_answers"),
        CheckConstraint("rank IS NULL OR score IS NOT NULL", name="ranked_by_score"),
        CheckConstraint("NOT is_last OR rank IS NOT NULL", name="last_of_the_ranked"),
        CheckConstraint("NOT is_last_again OR is_last", name="last_again_is_last"),
    )

    object_id: Mapped[int] = mapped_column(ForeignKey("campaign_objects.id"), primary_key=True, autoincrement=False)
    drawn_count: Mapped[int]
    answer_count: Mapped[int | None]
    unknown_count: Mapped[int | None]
    grades: Mapped[dict[str, Any]] = mapped_column(default=dict)
    score: Mapped[int | None]
    satisfied: Mapped[int | None]
    lowest: Mapped[int | None]
    highest: Mapped[int | None]
    rank: Mapped[int | None]
    is_last: Mapped[bool] = mapped_column(default=False)
    is_last_again: Mapped[bool] = mapped_column(default=False)
