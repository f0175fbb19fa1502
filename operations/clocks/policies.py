"""Every number of the domain as the default of a setting that a site can change from a day on (domain.md)."""

from typing import Any

# name → value. A row in ``policies`` with the same name replaces the keys it names from ``effective_at`` on.
DEFAULTS: dict[str, dict[str, Any]] = {
    # domain.md §5: 办公时间, Beijing time; limits in hours count these only, limits in days end at the last close.
    "office": {"hours": [["08:30", "12:00"], ["13:30", "17:30"]]},
    # domain.md §4, table of statuses; "5d" working days, "2h" office hours, "0d" the same day.
    "stage_limits": {
        "acceptance": "1d",
        "supplement": "5d",
        "coordination": "1d",
        "signing": "1d",
        "contact": "1d",
        "reply": "1d",
        "follow_up": "2d",
        "rating": "5d",
        "refusal_level": "1d",
        "government_level": "1d",
        "joint_review": "2d",
        "rectification_contact": "1d",
        "rectification": "15d",
        "countersign": "1d",
    },
    # domain.md §4: 办结时限 by difficulty.
    "handling_limits": {
        "immediate": "0d",
        "consultation": "2d",
        "ordinary": "5d",
        "complex": "15d",
        "hard": "30d",
        "green_card": "3d",
    },
    # domain.md §7. ``clocks``: which lapsed clocks open a first supervision. ``letter_…``: letters that are no order.
    "ladder": {
        "clocks": ["handling", "refusal_level", "rectification_contact", "rectification"],
        "reminded_when_lapsed": ["signing", "contact", "government_level", "joint_review", "countersign"],
        "sign": "1d",
        "answer": "3d",
        "unread": "2d",
        "unread_climbs": True,
        "same_stage": "5d",
        "rejections": 2,
        "letter_unread": "2d",
        "letter_raised": "3d",
    },
    # domain.md §7: second supervisions of one unit in a quarter that lead to a talk; days to ask for a reconsideration.
    "measures": {"seconds_in_a_quarter": 3, "reconsideration_days": 30},
    "quiet_hours": {"from": "20:00", "to": "08:00", "days_off": True},
    # By which carriers a person is told outside the site who has chosen nothing, by the kind of notice. In the site
    # everybody is told everything.
    "told_outside": {"supervision": ["sms", "email"], "ticket": ["email"], "message": [], "system": []},
    # More than ``most`` messages to one person by one carrier within ``minutes`` become one that says how many.
    "digest": {"most": 5, "minutes": 60},
    "send_back": {"window": "1d", "returns": 1},
    "ledger": {"review_days": 90},
    # domain.md §6: the level that must endorse before a ticket may end as refused, by its kind; members of the review.
    "refusal": {"height": "head", "heights": {}, "members": 3},
    "reopen": {"window": "10d"},
    "follow_up": {"attempts": 3},
    "rating_link": {"days": 15},
    # domain.md §8: how long a rater without an account may come back for the one 追评; at a kiosk, while standing there.
    "rating_addition": {"days": 60, "kiosk_minutes": 3},
    # domain.md §8: within how long a unit may appeal against a 差评; words in it that suggest a demand of its own.
    "rectification": {"appeal": "5d", "suggesting": ["投诉", "举报", "索要", "吃拿卡要", "违法", "乱收费"]},
    # domain.md §8, 万企评机关: points of a grade; valid answers to be ranked; how many are the last of a group, of so
    # many ranked at least; enterprises drawn per object; reminders and the days between them.
    "campaign": {
        "weights": {"very_satisfied": 100, "satisfied": 80, "fairly_satisfied": 60, "dissatisfied": 30,
                    "very_dissatisfied": 0},
        "minimum": 30, "tail": 5, "tail_needs": 10, "sample_size": 200, "reminders": 2, "days_between": 3,
    },
    # A counted case at a window: how long it may be rated by its number, and without one by who still stands there.
    "window_rating": {"days": 30, "minutes": 10},
    # domain.md §3, 无事不扰: visits of staff to one enterprise in a month, those it asked for not counted.
    "visit_cap": {"per_month": 2},
    # security.md case 13: exports above this many rows need another person's word; downloads a day; how long it holds.
    "export": {"rows_without_approval": 500, "per_day": 3, "valid": "3d"},
    # domain.md §9, anti-gaming monitor: minutes before the due date that count as just before; returns of one ticket;
    # equal texts of one unit; enterprises rating from one address; hours after which a visit is recorded late. A row
    # stands out with at least ``least`` hits and ``times_median`` times its peers' median share (of ``peers`` or more).
    "monitor": {
        "close_minutes": 60, "returns": 2, "same_text": 2, "enterprises": 3, "extension_minutes": 60, "late_hours": 48,
        "least": 2, "times_median": 2, "peers": 3,
    },
    # domain.md §3, 有效互动: (a) answered within, (b) hours between two of one pair, (c) characters at least.
    "effective_interaction": {"window": "5d", "apart_hours": 24, "characters": 20},
}


def merged(overrides: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The defaults with a site's own values laid over them, key by key."""
    return {name: {**default, **overrides.get(name, {})} for name, default in DEFAULTS.items()}
