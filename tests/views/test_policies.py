"""The rules on their pages: what holds, a change with what it would have done, and another person's word."""

import re

import pytest
import sqlalchemy as sa

from models import clock
from models.access import Post, Role
from models.base import db
from models.clocks import PolicyDraft


@pytest.fixture
def reader(city, sign_in):
    return sign_in("hening")


def changed(reader, **more):
    """The form as it is printed, with these changes."""
    reader.get("/policies/new")
    values = re.findall(r'<input(?=[^>]*type="(?:text|number)")[^>]* name="([^"]+)"[^>]*?value="([^"]*)"', reader.html)
    chosen = re.findall(r'<select[^>]* name="([^"]+)"[^>]*>.*?<option value="([^"]*)" selected', reader.html, re.S)
    ticked = re.findall(r'name="(ladder_[a-z_]+)"[^>]*value="([^"]+)" checked', reader.html)
    ticked += [("ladder_unread_climbs", "y")]
    kept = {name: value for name, value in (*values, *chosen) if name not in more}
    return [*kept.items(), *((name, value) for name, value in ticked if name not in more), *more.items(),
            *reader.hidden().items()]


def sends(reader, fields):
    grouped = {}
    for name, value in fields:
        grouped.setdefault(name, []).append(value)
    return reader.post("/policies/new", grouped)


def test_the_rules_in_force_are_read_in_words(reader):
    assert reader.get("/policies") == 200
    for words in ("督办阶梯", "办结、否定签批", "5 个工作日", "须签到哪一级", "局长", "还没有改过规则", "改规则"):
        assert words in reader.text


def test_a_change_is_tried_out_proposed_and_approved_by_another(reader, sign_in):
    terms = {"effective_on": "2026-12-30", "reason": "试行", "handling_limits_ordinary": "3 天", "height_help": "mayor"}
    assert sends(reader, changed(reader, **terms)) == 200
    for words in ("近 90 天会怎样", "5 个工作日", "3 个工作日", "求助：市长", "谁的件会多"):
        assert words in reader.text
    assert db.session.query(PolicyDraft).count() == 0
    fields = [(name, value) for name, value in changed(reader, **terms) if name != "step"]
    assert sends(reader, [*fields, ("step", "propose")]) == 302
    draft = db.session.query(PolicyDraft).one()
    assert draft.changes == {"handling_limits": {"ordinary": "3d"}, "refusal": {"heights": {"help": "mayor"}}}
    reader.get(f"/policies/{draft.id}")
    assert "提出的人不能自己审批" in reader.text and "批准，到期生效" not in reader.text

    other = sign_in("security")
    other.get(f"/policies/{draft.id}")
    assert other.post(f"/policies/{draft.id}/decline", {}) == 422 and "请写明理由" in other.text
    assert other.post(f"/policies/{draft.id}/approve", {"approve-answer": "同意"}) == 302
    other.get("/policies")
    assert "已批准" in other.text and "试行" in other.text


def test_a_second_draft_waits_for_the_first_and_keeps_what_was_typed(reader, sign_in):
    terms = {"effective_on": "2026-12-30", "reason": "试行", "ladder_answer": "1 天", "step": "propose"}
    assert sends(reader, changed(reader, **terms)) == 302
    other = sign_in("security")
    assert sends(other, changed(other, **terms | {"reason": "另一份"})) == 409
    assert "已有一份草案待审批" in other.text and "另一份" in other.html and other.hidden()["step"] == ""


def test_what_its_proposer_has_left_behind_can_only_be_sent_back(reader, sign_in):
    terms = {"effective_on": "2026-12-30", "reason": "试行", "ladder_answer": "1 天", "step": "propose"}
    assert sends(reader, changed(reader, **terms)) == 302
    draft = reader.answer.location
    db.session.execute(sa.update(Post).where(Post.role == Role.SUPERVISOR).values(ended_at=clock.now()))
    db.session.commit()
    other = sign_in("security")
    assert other.get(draft) == 200
    assert "提出的何宁已经离岗" in other.text and "批准，到期生效" not in other.text
    assert other.post(f"{draft}/approve", {"approve-answer": "照办"}) == 409
    assert other.post(f"{draft}/decline", {"decline-answer": "另提"}) == 302


@pytest.mark.parametrize(("terms", "words"), [
    ({"handling_limits_ordinary": "很快"}, "请写成 5 个工作日"),
    ({"handling_limits_ordinary": "9999天"}, "时限最长"),
    ({"ladder_rejections": "0"}, "应为 1 到 9"),
    ({"effective_on": "2001-01-01", "ladder_answer": "1 天", "step": "propose"}, "生效日期应在明天以后"),
    ({}, "没有改动任何规则"),
])
def test_what_cannot_be_comes_back_with_the_reason(reader, terms, words):
    fields = changed(reader, **({"effective_on": "2026-12-30", "reason": "试行"} | terms))
    assert sends(reader, fields) == 422
    assert words in reader.text


@pytest.mark.parametrize(("username", "status"), [("luoshizhang", 200), ("tangyi", 200), ("chenjing", 404),
                                                  ("admin", 404), ("hengzha", 404)])
def test_officials_of_a_region_read_the_rules_and_nobody_else(city, sign_in, username, status):
    reader = sign_in(username)
    assert reader.get("/policies") == status and reader.get("/policies/new") == 404
