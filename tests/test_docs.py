"""What is generated is as it would be generated now: `make docs` mends every failure here."""

import re
from collections import Counter
from pathlib import Path

import pytest

from models.tickets import Act, Status
from operations.access import accounts, forgetting, password_links, two_step
from operations.delivery import texts
from operations.hall import believing
from operations.ratings import kiosks
from tests.drills import promises
from tools import schedule_doc, settings_doc, workflow_doc

HERE = Path(__file__).parent
SECURITY = HERE.parent / "docs" / "security"
THREATS = SECURITY / "threats.md"
# OWASP ASVS 5.0.0: what each chapter holds for us at L2, without tokens, OAuth and WebRTC; and what of L3 was chosen.
OF_L2 = {1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16}
NUMBERED = tuple(f"| {digit}" for digit in range(1, 10))
OF_L3 = {"1.2.10", "2.3.5", "5.2.4", "5.2.5", "5.2.6", "5.3.3", "6.3.8", "8.3.2", "14.2.6", "14.2.7", "16.5.4"}


@pytest.mark.parametrize("made", [settings_doc, workflow_doc, schedule_doc], ids=lambda made: made.TARGET.name)
def test_the_document_is_current(made):
    assert made.TARGET.read_text(encoding="utf-8") == made.document()


def test_the_workflow_names_every_act_and_every_status():
    told = workflow_doc.document()
    assert [act for act in Act if f"`{act}`" not in told] == []
    assert [status for status in Status if f"`{status}`" not in told] == []


def test_every_abuse_case_is_told_and_its_tests_are_there():
    rows = [line for line in THREATS.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)]
    assert [int(row.split("|")[1]) for row in rows] == list(range(1, 46))
    for row in rows:
        named = re.findall(r"`([\w/]+\.py)::(\w+)`", row)
        lacking = [f"{path}::{name}" for path, name in named if f"def {name}(" not in (HERE / path).read_text("utf-8")]
        assert named and not lacking, row[:60]


def test_every_requirement_of_asvs_has_its_test_its_rule_or_a_reason():
    rows = [line.split("|") for line in (SECURITY / "asvs.md").read_text("utf-8").splitlines() if line[:3] in NUMBERED]
    ids = [row[1].strip() for row in rows]
    assert len(set(ids)) == len(ids) and ids == sorted(ids, key=lambda one: [int(part) for part in one.split(".")])
    assert Counter(int(one.split(".")[0]) for one in ids if one not in OF_L3) == OF_L2 and OF_L3 <= set(ids)
    rules = (SECURITY / "rules.md").read_text("utf-8")
    for _, number, _, proof, _ in rows:
        named, written = re.findall(r"`([\w/]+\.py)::(\w+)`", proof), re.findall("rules.md「(.+?)」", proof)
        lacking = [f"{path}::{name}" for path, name in named if f"def {name}(" not in (HERE / path).read_text("utf-8")]
        lacking += [title for title in written if f"\n## {title}\n" not in rules]
        left = re.findall("没有照做(?:，由(.+?)负责，因为)?", proof)
        assert set(left) <= {"产品", "维护的人", "部署的单位"}, number
        assert (named or written or left or "不适用，因为" in proof or "尚缺，因为" in proof) and not lacking, number


def test_the_rules_of_security_tell_the_figures_that_hold():
    rules = (SECURITY / "rules.md").read_text("utf-8")
    pair, account, place = accounts.PER_PAIR, accounts.PER_ACCOUNT, accounts.PER_ADDRESS
    number, site = [one.most for one in texts.PER_NUMBER], [one.most for one in texts.PER_ADDRESS]
    for words in (
        f"15 分钟错 {pair.failures} 次", f"同一账号一小时错 {account.failures} 次", f"一小时错 {place.failures} 次",
        "每分钟 {} 条、每小时 {} 条、每天 {} 条".format(*number), "每小时 {} 条、每天 {} 条".format(*site),
        "动态码 5 分钟 {} 次、一小时 {} 次、一天 {} 次".format(*(one.failures for one in two_step.LIMITS)),
        f"每个账号每天 {password_links.PER_ACCOUNT} 次，每个地址每天 {password_links.PER_ADDRESS} 次",
        f"{two_step.RECOVERY_BYTES * 8} 位随机", f"登录失败 {forgetting.ATTEMPTS_KEPT_FOR.days} 天",
        f"表单的键 {forgetting.SUBMISSIONS_KEPT_FOR.days} 天", f"发送记录 {forgetting.DELIVERIES_KEPT_FOR.days} 天",
        f"每把钥匙每分钟 {believing.PER_MINUTE} 次", f"一台每分钟 {kiosks.PER_MINUTE} 次",
    ):
        assert words in rules, words


def test_every_promise_is_told_and_its_tests_and_drills_are_there():
    assert list(promises.PROMISES) == [f"R{number}" for number in range(1, 21)]
    assert promises.TARGET.read_text(encoding="utf-8") == promises.document(promises.results())
    for number, promise in promises.PROMISES.items():
        named = [name.split("::") for name in (*promise.tests, *promise.drills)]
        lacking = [f"{path}::{name}" for path, name in named if f"def {name}(" not in (HERE / path).read_text("utf-8")]
        assert (named or promise.lacks) and not lacking, number
