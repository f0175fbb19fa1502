"""Forms about enterprises: facts, standing, merging, contacts, projects, claims of ownership, bulk acts."""

from collections.abc import Callable
from typing import Any

from wtforms import BooleanField, DateField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from models.directory import ClaimOutcome, CreditFlag, Enterprise, EnterpriseCategory, ProjectStage
from models.shown_numbers import ShowingPurpose
from operations.directory import particulars, showing
from operations.directory.fact_kinds import FACTS
from operations.directory.particulars import Plan
from operations.errors import BadInput, DomainError, Refused
from views.forms.base import BaseForm, CodeField, MarkField, NotLonger, RefusableForm
from views.forms.engagement import Obeys

REASON = [InputRequired("请写明依据"), NotLonger(max=200)]
DAY = "日期请写成 2026-08-24 这样"


# How a fact is asked for, by whomever: its hint, and what its box is for.
ASKED: dict[str, dict[str, Any]] = {
    "short_name": {"description": "列表里显示的名称"},
    "credit_code": {"render_kw": {"autocomplete": "off"}},
    "code_override": {"description": "只在代码末位校验不符、核对执照确实如此时填写"},
    "industry": {"description": "GB/T 4754，2 至 4 位", "render_kw": {"inputmode": "numeric", "data-size": "s"}},
    "staff_count": {"description": "人", "render_kw": {"inputmode": "numeric", "data-size": "s"}},
    "revenue": {"description": "万元", "render_kw": {"inputmode": "decimal", "data-size": "m"}},
    "assets": {"description": "万元", "render_kw": {"inputmode": "decimal", "data-size": "m"}},
    "founded_on": {"description": "例如 2015-06-30", "render_kw": {"data-size": "m"}},
    "contact_phone": {"render_kw": {"inputmode": "tel", "data-size": "m"}},
}


def fact_field(name: str) -> StringField:
    """A fact as text: the rule that the operation asks is asked while the form is there."""
    return StringField(FACTS[name].label, [Obeys(FACTS[name].read)], **ASKED.get(name, {}))


class FactsForm(BaseForm):
    """企业资料. ``version`` is the row's as the page showed it."""

    version = MarkField()
    name = fact_field("name")
    short_name = fact_field("short_name")
    credit_code = fact_field("credit_code")
    code_override = fact_field("code_override")
    category = CodeField("填报类别", EnterpriseCategory, description="改类别或区划，企业随之移交相应的填报单位")
    region_id = StringField("所在区划", [InputRequired("请填写所在区划"), NotLonger(max=100)], description="区划代码或名称",
                            render_kw={"data-suggest": "/search/regions?q=", "autocomplete": "off"})
    address = fact_field("address")
    industry = fact_field("industry")
    staff_count = fact_field("staff_count")
    revenue = fact_field("revenue")
    assets = fact_field("assets")
    founded_on = fact_field("founded_on")
    legal_representative = fact_field("legal_representative")
    contact_name = fact_field("contact_name")
    contact_phone = fact_field("contact_phone")
    credit_flag = CodeField("信用标记", CreditFlag)
    has_green_card = BooleanField("绿卡项目")
    source = StringField("资料来源", [InputRequired("请写明资料从哪里来"), NotLonger(max=100)], description="例如：营业执照、年报、企业申报")

    @property
    def changes(self) -> dict[str, Any]:
        """What is said of each fact."""
        said = {name: value for name, value in self.answers.items() if name in FACTS}
        said["region_id"] = said["region_id"].partition(" ")[0]
        return said

    def performed(self, act: Callable[[], Any]) -> Any:
        """Do it; what the domain refuses becomes the error of the field that it is about."""
        return _performed(self, "credit_code", act)


class ReasonForm(BaseForm):
    """Why."""

    reason = StringField("依据", REASON)


class StandingForm(BaseForm):
    """注销、恢复: a reason. ``version`` is the row's as the page showed it."""

    version = MarkField()
    reason = StringField("依据", REASON, description="例如：登记机关公告、企业书面申请")


class SuspendForm(StandingForm):
    """歇业: from when to when."""

    since = DateField("歇业开始", [InputRequired("请填写歇业开始的日期")], invalid_value_message=DAY)
    until = DateField("歇业截止", [InputRequired("请填写歇业截止的日期")], description="最长三年", invalid_value_message=DAY)

    def performed(self, act: Callable[[], Any]) -> Any:
        """Do it; a span that cannot be becomes the field's error."""
        return _performed(self, "until", act)


class MergeForm(BaseForm):
    """合并到哪一家."""

    into = RadioField("合并到", coerce=lambda said: int(said) if said else None, choices=[], validate_choice=False,
                      invalid_value_message="请从列出的企业中选一家")
    words = StringField("全称或信用代码", [Optional(), NotLonger(max=200)], description="上面没有时填写")
    reason = StringField("依据", REASON, description="例如：同一营业执照，重复登记")

    def offer(self, alike: list[Enterprise]) -> None:
        """Let one of these be picked."""
        self.into.choices = [
            SelectChoice(str(one.id), f"{one.name}　{one.credit_code or '未登记信用代码'}") for one in alike
        ]


class ContactForm(BaseForm):
    """联系人."""

    name = StringField("姓名", [InputRequired("请填写联系人姓名"), NotLonger(max=particulars.CONTACT_LIMIT)])
    title = StringField("职务", [Optional(), NotLonger(max=particulars.CONTACT_LIMIT)])
    phone = StringField("联系电话", [InputRequired("请填写联系电话"), Obeys(FACTS["contact_phone"].read)],
                        render_kw={"inputmode": "tel", "data-size": "m"})


class ShowNumberForm(RefusableForm):
    """显示号码的用途."""

    purpose = CodeField("用途", ShowingPurpose, blank="请选择", validators=[InputRequired("请选择用途")])
    words = StringField("说明", [Optional(), NotLonger(max=showing.WORDS_LIMIT)], description="选“其他”时必须写明")


class ProjectForm(BaseForm):
    """项目."""

    name = StringField("项目名称", [InputRequired("请填写项目名称"), NotLonger(max=particulars.NAME_LIMIT)])
    investment = StringField("总投资", [Obeys(FACTS["revenue"].read)], description="万元，最多四位小数",
                             render_kw={"inputmode": "decimal", "data-size": "m"})
    stage = CodeField("阶段", ProjectStage)
    started_on = DateField("开工日期", [Optional()], invalid_value_message=DAY)
    finished_on = DateField("竣工日期", [Optional()], invalid_value_message=DAY)
    has_green_card = BooleanField("绿卡项目", description="诉求办理时限 3 个工作日")

    @property
    def plan(self) -> Plan:
        """The project as the operation takes it."""
        return Plan(**self.answers | {"investment": FACTS["revenue"].read(self.investment.data)})

    def performed(self, act: Callable[[], Any]) -> Any:
        """Do it; a name that is there already becomes the field's error."""
        return _performed(self, "name", act)


class TagForm(BaseForm):
    """标签."""

    label = StringField("标签", [InputRequired("请填写标签"), NotLonger(max=particulars.LABEL_LIMIT)],
                        render_kw={"data-size": "m", "autocomplete": "off"})


class ClaimForm(BaseForm):
    """主张归属."""

    code = StringField("统一社会信用代码", [InputRequired("请填写统一社会信用代码"), Obeys(FACTS["credit_code"].read)])
    reason = TextAreaField("归本单位的依据", [InputRequired("请写明归本单位的依据"), NotLonger(max=500)], render_kw={"rows": 3})

    def performed(self, act: Callable[[], Any]) -> Any:
        """Do it; what stands against it becomes the field's error."""
        return _performed(self, "code", act)


class DecideForm(BaseForm):
    """裁定归属."""

    outcome = RadioField("裁定", coerce=ClaimOutcome, invalid_value_message="请选择裁定结果", choices=[
        SelectChoice(one.value, one.label) for one in (ClaimOutcome.UPHELD, ClaimOutcome.REJECTED)])
    reason = TextAreaField("理由", [InputRequired("请写明裁定理由"), NotLonger(max=500)], render_kw={"rows": 3},
                           description="两个单位都看得到")


class BulkForm(BaseForm):
    """What was ticked: ids; or ``everything`` that the list of ``query`` finds."""

    picked = HiddenField()
    everything = HiddenField()
    query = HiddenField()


class BulkTagForm(BulkForm):
    """打标签、取下标签."""

    label = StringField("标签", [InputRequired("请填写标签"), NotLonger(max=particulars.LABEL_LIMIT)],
                        render_kw={"data-size": "m", "autocomplete": "off"})


class BulkExportForm(BulkForm):
    """导出; ``reason`` only where somebody else has to let it."""

    reason = StringField("用途", [InputRequired("请写明导出的用途"), NotLonger(max=200)], description="审批人会看到，并记入日志")


class BulkAssignForm(BulkForm):
    """指派主管家."""

    steward = StringField("企业管家", [InputRequired("请填写管家姓名或手机号"), NotLonger(max=64)], description="姓名；有同名的填手机号",
                          render_kw={"data-size": "m", "autocomplete": "off"})
    reason = StringField("理由", [InputRequired("请写明理由"), NotLonger(max=200)])


def _performed(form: BaseForm, field: str, act: Callable[[], Any]) -> Any:
    """What the act answers; None when the domain refuses, its sentence then standing at the field."""
    try:
        return act()
    except (BadInput, Refused) as refusal:
        form.blame(field, str(refusal))
        return None


def blamed(form: BaseForm, field: str, act: Callable[[], Any]) -> Any:
    """As ``performed``, for whatever the domain says no to, what is not there included."""
    try:
        return act()
    except DomainError as refusal:
        form.blame(field, str(refusal))
        return None
