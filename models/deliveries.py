"""What leaves the site: one row for each message and carrier, every attempt, and how each carrier fares."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, created_at, open_index, primary_key
from models.encryption import maybe_number

MOST_TRIES = 8


class Carrier(LabelledEnum):
    """发送渠道 outside the site. What is told in the site itself is a notice, and needs no delivery."""

    SMS = "sms", "短信"
    EMAIL = "email", "电子邮件"
    WECOM = "wecom", "企业微信"
    DINGTALK = "dingtalk", "钉钉"


class Purpose(LabelledEnum):
    """What a message is for."""

    CODE = "code", "验证码"
    INVITATION = "invitation", "成员邀请"
    CLAIM = "claim", "认领结果"
    RATING = "rating", "请求评价"
    NOTICE = "notice", "通知"
    DIGEST = "digest", "通知汇总"
    PASSWORD = "password", "密码链接"


# Whose words are written when they go, from rows that stay: nothing to erase, and it can be sent again.
COMPOSED = (Purpose.NOTICE, Purpose.DIGEST)


class Outcome(LabelledEnum):
    """How it ended: GIVEN_UP are the dead letters; FOLDED went into a digest, UNWANTED was refused by its number."""

    SENT = "sent", "已发出"
    GIVEN_UP = "given_up", "没有发出"
    FOLDED = "folded", "并入汇总"
    UNWANTED = "unwanted", "对方已退订"


class Delivery(Base):
    """发送. ``key`` goes to the gateway too and never changes, so that a second copy can be told.

    ``words`` are erased when it ends: they may hold a code or a link. ``address`` is where a text was asked for, so
    that one place cannot bomb many numbers. ``next_try_at`` is also the lease of whoever sends it now; ``expires_at``
    the moment from which it is of no use. ``tries`` never goes back; sending again raises ``most_tries``.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        sa.UniqueConstraint("key"),
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="outcome_iff_ended"),
        CheckConstraint("words = '' OR ended_at IS NULL", name="words_only_while_waiting"),
        CheckConstraint("(purpose = 'notice') = (notice_id IS NOT NULL)", name="notice_iff_about_one"),
        CheckConstraint(
            "folded_into_id IS NULL OR (outcome IS NOT NULL AND outcome = 'folded')", name="folded_into_a_digest"
        ),
        CheckConstraint("purpose IN ('notice', 'digest', 'password') OR carrier = 'sms'", name="codes_go_by_text"),
        CheckConstraint("recipient <> ''", name="goes_somewhere"),
        Index("uq_deliveries_notice_carrier", "notice_id", "carrier", unique=True),
        Index(
            "uq_deliveries_one_digest", "user_id", "carrier", unique=True,
            sqlite_where=sa.text("purpose = 'digest' AND ended_at IS NULL"),
            postgresql_where=sa.text("purpose = 'digest' AND ended_at IS NULL"),
        ),
        open_index("ix_deliveries_outbox", "carrier", "next_try_at", "id", where="ended_at IS NULL"),
        open_index("ix_deliveries_dead", "id", where="outcome = 'given_up'"),
        Index("ix_deliveries_person", "user_id", "carrier", "ended_at"),
        Index("ix_deliveries_recipient", "recipient", "created_at"),
        Index("ix_deliveries_address", "address", "created_at"),
        Index("ix_deliveries_digest", "folded_into_id"),
        open_index("ix_deliveries_texts", "created_at", where="carrier = 'sms'"),
    )

    id: Mapped[primary_key]
    carrier: Mapped[Carrier]
    purpose: Mapped[Purpose]
    key: Mapped[str] = mapped_column(sa.String(160))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    rating_token_id: Mapped[int | None] = mapped_column(ForeignKey("rating_tokens.id"))
    folded_into_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id", ondelete="SET NULL"))
    recipient: Mapped[str] = mapped_column(maybe_number(254))
    words: Mapped[str] = mapped_column(sa.String(500), default="")
    address: Mapped[str] = mapped_column(sa.String(64), default="")
    created_at: Mapped[created_at]
    next_try_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    most_tries: Mapped[int] = mapped_column(default=MOST_TRIES)
    ended_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None]
    reference: Mapped[str] = mapped_column(sa.String(80), default="")
    problem: Mapped[str] = mapped_column(sa.String(200), default="")


class DeliveryAttempt(Base):
    """一次发送. Written before the message goes; one without an end was broken off, and nobody knows whether it went."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (sa.UniqueConstraint("delivery_id", "number"),)

    id: Mapped[primary_key]
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"))
    number: Mapped[int]
    started_at: Mapped[datetime]
    milliseconds: Mapped[int | None]
    was_taken: Mapped[bool | None]
    code: Mapped[str] = mapped_column(sa.String(40), default="")
    problem: Mapped[str] = mapped_column(sa.String(200), default="")


class CarrierState(Base):
    """渠道状态. ``failures`` in a row, of the way and not of a message; nothing is sent until ``paused_until``."""

    __tablename__ = "carrier_states"
    __table_args__ = (sa.UniqueConstraint("carrier"), CheckConstraint("failures >= 0", name="failures_counted"))

    id: Mapped[primary_key]
    carrier: Mapped[Carrier]
    failures: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[datetime | None]
    worked_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(sa.String(200), default="")
