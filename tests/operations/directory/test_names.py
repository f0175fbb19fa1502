"""Codes, phones and initials as people write them, and as they are kept."""

import pytest

from operations.directory.names import error_of_code, has_right_check, initials_of, is_phone, plain_code, plain_phone


def test_a_code_is_kept_plain():
    assert plain_code(" ９１110000-101623741k ") == "91110000101623741K"


@pytest.mark.parametrize(("code", "reason"), [
    ("91110000101623741K", ""), ("N2210302MF0001234X", ""), ("9111000010162374", "应为 18 位，现为 16 位"),
    ("9111000010162374IO", "不含字母"), ("91AA0000101623741K", "第 3 至 8 位为数字"), ("91110000101623741中", "只含数字"),
])
def test_a_code_that_cannot_be_one_says_why(code, reason):
    assert reason in error_of_code(code) if reason else error_of_code(code) == ""


def test_the_check_sign_is_reckoned_by_the_standard():
    assert has_right_check("91110000101623741K") and has_right_check("911101066976941872")
    assert not has_right_check("91350211M0000XUF46")  # a real firm: hence a warning, not an error


@pytest.mark.parametrize(("written", "plain"), [
    ("+86 138 0000 2607", "13800002607"), ("１３８００００２６０７", "13800002607"), ("138-0000-2607", "13800002607"),
    ("0412-5538888", "0412-5538888"), ("0412-5538888-801", "0412-5538888-801"),
])
def test_phones_are_kept_plain(written, plain):
    assert plain_phone(written) == plain
    assert is_phone(plain)


@pytest.mark.parametrize("written", ["", "12345678901", "1380000260", "孙伟", "138000026071", "٣٣٣٣٣٣٣"])
def test_what_is_no_phone(written):
    assert not is_phone(plain_phone(written))


def test_initials_are_what_people_type():
    assert initials_of("云州恒轧机械（集团）有限公司") == "yzhzjxjtyxgs"
    assert initials_of("A12 供电") == "a12gd"
    assert initials_of("重庆长江银行（厦门）") == "cqcjyhxm"
    assert initials_of("鑫煜①🙂") == "xy1"
