"""An enterprise comes for the first time, on a phone: it claims itself by a code and is at home."""

import pytest

from tests.claimants import FUXING, FUXING_CODE, FUXING_PHONE, PASSWORD, code_sent_to
from tests.web import rules


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")
def test_an_enterprise_claims_itself_on_a_phone(site, visit):
    visitor, faults = visit(phone=True), []
    page = visitor.page
    visitor.opens("/login")
    visitor.follows("认领企业")
    page.get_by_label("统一社会信用代码").fill(FUXING_CODE)
    page.get_by_label("企业名称").fill(FUXING)
    page.get_by_label("您的手机号").fill("138 0000 0355")
    visitor.presses("获取验证码")
    faults += [*rules.fit(page), *rules.axe(page)]
    with site.hours():
        code = code_sent_to(FUXING_PHONE)
    page.get_by_label("验证码", exact=True).fill(code)
    visitor.presses("确认身份")
    visitor.sees("马上可用")
    faults += [*rules.fit(page), *rules.axe(page)]
    page.get_by_label("您的姓名").fill("郑涛")
    page.get_by_label("设置登录密码").fill(PASSWORD)
    visitor.presses("提交认领")
    visitor.sees("认领成功")
    faults += [*rules.fit(page), *rules.axe(page)]
    visitor.follows("登录，开始使用")
    page.get_by_label("用户名").fill(FUXING_PHONE)
    page.get_by_label("密码").fill(PASSWORD)
    visitor.presses("登录")
    visitor.sees("福兴热电")
    assert faults == []
