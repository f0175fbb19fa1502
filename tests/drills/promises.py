"""docs/promises.md: what is promised (security.md a.3), which tests and drills show it, and what a drill measured last.

A drill writes its own line (``shown``); everything else is generated from ``PROMISES``: python -m tests.drills.promises
"""

import fcntl
import re
from dataclasses import dataclass
from datetime import date

from config import HERE

TARGET = HERE / "docs" / "promises.md"
NOT_YET = "尚缺"
KILLING, AWAY, FULL = "drills/test_killing.py", "drills/test_database_away.py", "drills/test_disk_full.py"
SLOW, JUMPS, GATEWAY = "drills/test_slow_clients.py", "drills/test_clock_jumps.py", "drills/test_bad_gateway.py"
LOST, MACHINES = "drills/test_data_lost.py", "drills/test_several_machines.py"
DAY = "drills/test_working_day.py"
RUNNER, ANCHORS, BACKUP = "jobs/test_runner.py", "operations/test_anchors.py", "operations/test_backup.py"
MATRIX, GAMING, SESSIONS = "security/test_matrix.py", "operations/tickets/test_gaming.py", "access/test_sessions.py"
DISCLOSURE, FUZZING = "security/test_disclosure.py", "security/test_fuzzing.py"
STEPS, HEALTH = "views/test_steps_down.py", "views/test_health.py"
SCANNING = "drills/test_scanners.py"
LINE = re.compile(
    r"\| R\d+ \|[^|]*\| `(?P<node>[^`]+)` \| (?P<date>[\d-]{10}) \| (?P<size>[^|]+)\| (?P<figure>[^|]+)\|")


@dataclass(frozen=True, slots=True)
class Promise:
    """``drills`` measure and write a line, ``tests`` run with every `make test`; ``lacks`` says what nobody shows."""

    words: str
    tests: tuple[str, ...] = ()
    drills: tuple[str, ...] = ()
    lacks: str = ""


PROMISES = {
    "R1": Promise("200 人同时用，没有 5xx，读 95% 在 500 毫秒内、写在 800 毫秒内",
                  drills=(f"{DAY}::test_a_working_day_costs_nobody_a_write_or_a_second_supervision",
                          f"{DAY}::test_nor_does_one_on_which_processes_are_killed")),
    "R2": Promise("随时 kill -9 程序，已应答的一件不丢、一件不重",
                  drills=(f"{KILLING}::test_killing_the_application_loses_nothing_and_doubles_nothing",
                          f"{MACHINES}::test_a_machine_that_is_killed_loses_nothing_and_doubles_nothing")),
    "R3": Promise("随时 kill -9 数据库，同上",
                  drills=(f"{KILLING}::test_killing_the_database_loses_nothing_and_doubles_nothing",)),
    "R4": Promise("演练自己查得出毛病：埋下的错都被找到", drills=(f"{KILLING}::test_a_planted_fault_is_found",)),
    "R5": Promise("到期的每一级督办恰好一次，不论几个调度进程",
                  tests=("jobs/test_exactly_once.py::test_each_overdue_ticket_is_supervised_once_whoever_is_killed",
                         f"{RUNNER}::test_two_schedulers_run_a_slot_once")),
    "R6": Promise("不论时钟怎么跳，督办不重；跳得太多就停下等人确认，改正后 5 分钟内补上",
                  drills=(f"{JUMPS}::test_no_jump_supervises_anybody_and_none_stops_the_scheduler",
                          f"{JUMPS}::test_a_site_without_the_guard_is_found"),
                  tests=("jobs/test_clock_guard.py::test_a_large_step_holds_for_as_long_as_it_lasts",
                         f"{RUNNER}::test_a_clock_set_back_does_not_put_the_scheduler_to_sleep",
                         f"{RUNNER}::test_while_the_clock_is_wrong_every_slot_is_held_and_says_why")),
    "R7": Promise("短信网关慢、死、乱答、有毒，只耽误它自己的短信；一条不丢，可能重发",
                  drills=(f"{GATEWAY}::test_only_what_is_poisonous_ends_dead_and_nothing_is_lost",
                          f"{GATEWAY}::test_a_site_that_believes_its_gateway_is_found"),
                  tests=("operations/delivery/test_adapters.py::test_a_bad_gateway_holds_nobody_longer_than_it_may",
                         "operations/delivery/test_adapters.py::test_200_alone_is_no_receipt")),
    "R8": Promise("数据库够不着：3 秒内答 503 并说多久再来，不挂起；恢复后 5 秒内自己好，一件不丢",
                  tests=(f"{AWAY}::test_a_silent_server_is_noticed_and_a_slow_statement_is_let_be",
                         f"{AWAY}::test_the_page_that_says_so_asks_the_database_nothing_more"),
                  drills=(f"{AWAY}::test_an_unreachable_database_is_told_at_once_and_comes_back_by_itself",)),
    "R9": Promise("磁盘满：写的答 503，读的照常（PostgreSQL 的 WAL 须在另一块盘），一件不丢，腾出空间就自己好",
                  tests=(f"{FULL}::test_a_file_that_does_not_fit_is_no_fault_of_ours",),
                  drills=(f"{FULL}::test_a_full_disk_refuses_writes_goes_on_reading_and_recovers",
                          f"{FULL}::test_so_does_a_server_whose_disk_is_full")),
    "R10": Promise("每个地址 × 每个角色 × 自己的、别人的、没有的，都和权限表一致",
                   tests=(f"{MATRIX}::test_every_address_of_the_site_has_its_row",
                          f"{MATRIX}::test_everybody_gets_what_the_table_says_and_reading_changes_nothing",
                          f"{MATRIX}::test_what_is_anothers_looks_like_what_is_not_there")),
    "R11": Promise("什么输入都不出 5xx",
                   tests=("security/test_inputs.py::test_no_text_breaks_a_form",
                          "security/test_inputs.py::test_a_body_that_is_no_form_breaks_nothing",
                          f"{MATRIX}::test_no_odd_parameter_breaks_a_page"),
                   drills=(f"{FUZZING}::test_no_input_of_any_role_makes_a_5xx",
                           f"{FUZZING}::test_no_signed_document_breaks_what_takes_it",
                           f"{FUZZING}::test_no_file_breaks_what_reads_it")),
    "R12": Promise("通用扫描器（wapiti、sqlmap、schemathesis）以每种人的身份都找不到漏洞",
                   drills=(f"{SCANNING}::test_a_scanner_of_any_role_finds_what_is_planted_and_nothing_else",
                           f"{SCANNING}::test_the_halls_interface_answers_as_it_is_described")),
    "R13": Promise("备份能恢复，逐表摘要相同，每 GB 不超过 60 秒",
                   tests=(f"{BACKUP}::test_restored_it_is_what_was_backed_up_and_what_was_there_is_kept",
                          f"{BACKUP}::test_the_night_tries_its_backup_and_says_what_became_of_it"),
                   drills=("drills/test_restore.py::test_a_large_database_is_back_in_time",)),
    "R14": Promise("数据目录毁掉：PostgreSQL 一件不丢，SQLite 最多丢 1 秒",
                   drills=(f"{LOST}::test_postgresql_loses_nothing_that_its_receiver_has_kept",
                           f"{LOST}::test_a_receiver_nobody_waits_for_is_found_out",
                           f"{LOST}::test_sqlite_loses_at_most_its_last_second",
                           f"{LOST}::test_a_replicator_that_stalls_is_found_out")),
    "R15": Promise("绕过程序改日志，查得出，并说出是哪一条",
                   tests=(f"{ANCHORS}::test_whatever_is_done_before_the_last_anchor_is_found",
                          f"{ANCHORS}::test_without_anchors_a_log_written_anew_looks_whole")),
    "R16": Promise("退回、转办、重新受理、改件都得不到一分钟",
                   tests=(f"{GAMING}::test_nothing_a_unit_tries_gains_it_time",
                          f"{GAMING}::test_return_re_accept_extension_and_pause_gain_no_minute")),
    "R17": Promise("200 个慢客户端（nginx 在前）挡不住别人",
                   drills=(f"{SLOW}::test_slow_clients_shut_nobody_out",
                           f"{SLOW}::test_without_nginx_they_do")),
    "R18": Promise("收回的权限下一次请求就没有了",
                   tests=(f"{SESSIONS}::test_a_disabled_account_is_out_at_the_next_request",
                          f"{SESSIONS}::test_a_post_that_has_ended_opens_nothing_at_the_next_request",
                          f"{SESSIONS}::test_a_new_password_ends_the_other_sessions_and_is_needed_from_then_on")),
    "R19": Promise("日志、报错、网址里没有密码、令牌、手机号、身份证号",
                   tests=(f"{DISCLOSURE}::test_no_number_and_nothing_typed_gets_into_the_log_lines_or_the_sealed_text",
                          f"{DISCLOSURE}::test_the_log_lines_name_the_rule_and_not_the_address",
                          "app/test_logs.py::test_phones_and_numbers_of_persons_never_reach_a_line")),
    "R20": Promise("一步一步退，页面说明退到哪一步：短信断了有站内通知，搜索坏了有列表，报表写明截至时间（不超过 24 小时），"
                   "日志不全、时钟跳变就只读",
                   tests=(f"{STEPS}::test_without_texts_the_site_itself_tells_it_and_says_why_no_text_came",
                          f"{STEPS}::test_a_search_that_fails_leads_to_the_lists",
                          f"{STEPS}::test_figures_say_when_they_are_of_and_are_never_older_than_a_day",
                          f"{STEPS}::test_by_a_wrong_clock_everything_is_read_and_nothing_is_written",
                          f"{HEALTH}::test_while_the_log_is_behind_everything_is_read_and_nothing_is_taken_in",
                          f"{ANCHORS}::test_a_restored_backup_is_only_read_until_somebody_vouches_for_it",
                          f"{ANCHORS}::test_a_witness_that_cannot_be_reached_holds_nothing_up")),
}
HEAD = """# 二十条承诺

每条写明由哪个测试或演练证明。演练（`make drill`，规模由 `SIZE=small|nightly|release` 定）跑完自己写下日期、规模和结果；
小规模的不会盖掉大规模的结果。“每次”的测试随 `make test` 跑，不写日期。“尚缺”写明还没有证明的部分。测试名省去开头的 `tests/`；`tests/test_docs.py` 核对它们都在。
本页由 `python -m tests.drills.promises` 生成。

只跑真实进程的演练：`make drill SIZE=small TEST_ARGS=tests/drills`。2026-11-29 在双核机器上，同时有别的任务（负载 20–35），3 个并行：small
的 29 项 19 分钟（处理器 526 秒）；nightly 的强杀程序 1,000 次（SQLite）47 分钟、200 次（PostgreSQL）10 分钟，强杀数据库 100 次
15 分钟，短信 1,000 条 16 分钟，数据库六种故障各 30 秒共 15 分钟。这样的负载下，限时的几项（R8 的 3 秒）会超时，应在空闲的机器上跑。

R12 的 nightly：人人能打开的页面只以来访者、没有岗位的账号各扫一遍，其余的以每种人各扫一遍；wapiti 较慢，每个页面只以最先能打开它的
一种人扫，不试 SQL、命令和文件；SQL 由 sqlmap 试，只看报错和 5xx，不试盲注；schemathesis 每个地址试 10 次。release 规模时这些也不省。
wapiti 不扫 26 个字段以上的表单（列表的筛选）。以本人身份得到的回答才算数，中途没有登录着就不算通过。

| 编号 | 承诺 | 证明 | 日期 | 规模 | 结果 |
|---|---|---|---|---|---|
"""


def document(results):
    """The page. ``results`` is what drills have measured: date, size and figure of each test that ran."""
    return HEAD + "".join(f"| {' | '.join(cells)} |\n" for cells in _rows(results))


def _rows(results):
    for number, promise in PROMISES.items():
        for drill in promise.drills:
            ran = {node: said for node, said in results.items() if node.partition("[")[0] == drill}
            for node, said in sorted(ran.items()) or [(drill, ("", "", "还没有跑过"))]:
                yield number, promise.words, f"`{node}`", *said
        for test in promise.tests:
            yield number, promise.words, f"`{test}`", "每次", "", ""
        if promise.lacks:
            yield number, promise.words, NOT_YET, "", "", promise.lacks


def results():
    """What the page holds of earlier runs."""
    if not TARGET.exists():
        return {}
    found = filter(None, map(LINE.match, TARGET.read_text(encoding="utf-8").splitlines()))
    return {line["node"]: (line["date"], line["size"].strip(), line["figure"].strip()) for line in found}


def shown(node, size, figure):
    """A drill has held: write its line, whoever else is writing. A small run takes no larger one's place."""
    with open(TARGET, "a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known = results()
        if node not in known or count_in(size) >= count_in(known[node][1]):
            known[node] = date.today().isoformat(), size, figure
        TARGET.write_text(document(known), encoding="utf-8")


def count_in(size):
    """The first number of a size: 1000 次."""
    return int(re.search(r"\d+", size).group())


if __name__ == "__main__":
    TARGET.write_text(document(results()), encoding="utf-8")
