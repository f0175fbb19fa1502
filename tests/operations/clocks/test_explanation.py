"""The sentence by which a due date explains itself."""

from datetime import date, datetime, timedelta

import pytest

from operations.clocks.calendar import SHANGHAI, Limit, Override, WorkCalendar

CALENDAR = WorkCalendar()


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("received", "limit", "words"),
    [
        (
            "2026-04-28 16:20",
            "5d",
            "4月28日 16:20 收到（当日不计）→ 4月29日、30日 → 5月1日至5日放假（劳动节）→ 5月6日至8日"
            " → 到 5月8日 17:30 止（共 5 个工作日）",
        ),
        (
            "2026-02-13 10:00",
            "3d",
            "2月13日 10:00 收到（当日不计）→ 2月14日（调休上班）→ 2月15日至23日放假（春节）→ 2月24日、25日"
            " → 到 2月25日 17:30 止（共 3 个工作日）",
        ),
        (
            "2026-12-30 09:00",
            "5d",
            "12月30日 09:00 收到（当日不计）→ 12月31日 → 2027年1月1日放假（元旦）→ 2027年1月2日、3日休息"
            " → 2027年1月4日至7日 → 到 2027年1月7日 17:30 止（共 5 个工作日）"
            "（2027 年放假安排尚未公布，暂按周末和固定节日计算）",
        ),
        (
            "2026-04-28 16:20",
            "10h",
            "4月28日 16:20 收到 → 4月28日 70 分钟 → 4月29日 450 分钟 → 4月30日 80 分钟"
            " → 到 4月30日 09:50 止（共 10 个工作小时）",
        ),
        (
            "2026-05-02 10:00",
            "1h",
            "5月2日 10:00 收到（非办公时间）→ 5月3日至5日放假（劳动节）→ 5月6日 08:30 起算 → 5月6日 60 分钟"
            " → 到 5月6日 09:30 止（共 1 个工作小时）",
        ),
        (
            "2026-05-08 17:29:30",
            "1h",
            "5月8日 17:29:30 收到 → 5月8日 0 分 30 秒 → 5月9日（调休上班）59 分 30 秒"
            " → 到 5月9日 09:29:30 止（共 1 个工作小时）",
        ),
        ("2026-04-28 16:20", "0d", "4月28日 16:20 收到（即办）→ 到 4月28日 17:30 止"),
        (
            "2026-05-08 18:00",
            "0d",
            "5月8日 18:00 收到（即办，当日已不在办公时间）→ 5月9日（调休上班）→ 到 5月9日 17:30 止",
        ),
    ],
)
def test_a_due_date_explains_itself(received, limit, words):
    assert CALENDAR.explain(at(received), Limit.stored(limit)) == words


def test_an_explanation_names_the_citys_own_days_and_their_reasons():
    overrides = {
        date(2026, 4, 29): Override(False, None, "防汛停工"),
        date(2026, 5, 3): Override(True, None, "企业服务日"),
        date(2026, 4, 30): Override(True, None, "照常"),
    }
    words = WorkCalendar(overrides).explain(at("2026-04-28 10:00"), Limit(2, "d"))
    assert "4月29日放假（本地安排：防汛停工）→ 4月30日 → 5月1日、2日放假（劳动节）" in words
    assert "5月3日（本地安排：企业服务日，上班）" in words


def test_a_long_limit_is_folded_into_counts_that_add_up():
    words = CALENDAR.explain(at("2026-01-05 10:00"), Limit(60, "d"))
    assert "1月6日至9日 → 1月10日、11日休息 → 其间 1月 15 个、2月 16 个、3月 20 个工作日 → 3月28日、29日休息" in words
    assert 4 + 15 + 16 + 20 + 5 == 60


@pytest.mark.parametrize(
    ("limit", "middle"),
    [
        ("250d", "、11月 21 个、12月 23 个工作日 → 2027年1月2日、3日休息"),  # 1 January 2027 adds no empty month
        ("700d", "其间 2026年 242 个、2027年 259 个、2028年 193 个工作日"),
        ("3660d", "其间 1月12日至2040年4月6日 3651 个工作日"),
    ],
)
def test_the_longer_the_limit_the_coarser_the_count(limit, middle):
    assert middle in CALENDAR.explain(at("2026-01-05 10:00"), Limit.parse(limit))


def test_not_even_a_reason_for_every_day_makes_an_explanation_long():
    days = (date(2026, 4, 28) + timedelta(days=ahead) for ahead in range(40))
    calendar = WorkCalendar({day: Override(False, None, f"第 {day.day} 天因故停止对外办公") for day in days})
    words = calendar.explain(at("2026-04-28 10:00"), Limit(9999, "h"))
    assert len(words) <= 400
    assert words.startswith("4月28日 10:00 收到（非办公时间）→ 其间 4月28日至2031年")


def test_a_long_closure_for_many_reasons_is_folded_too():
    days = (date(2026, 4, 29) + timedelta(days=ahead) for ahead in range(60))
    calendar = WorkCalendar({day: Override(False, None, f"第 {day.day} 天因故停止对外办公") for day in days})
    words = calendar.explain(at("2026-04-28 17:30"), Limit(1, "h"))
    assert "其间 5月1日至6月25日没有工作日" in words
    assert words.endswith("6月29日 08:30 起算 → 6月29日 60 分钟 → 到 6月29日 09:30 止（共 1 个工作小时）")
