"""Forms of the cadence: its rules, a planned visit, a leading cadre's own visit."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask_login import current_user
from wtforms import BooleanField, DateField, DateTimeLocalField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, ValidationError

from models.directory import Enterprise, EnterpriseCategory
from models.engagement import DutyAct, DutyHolder, DutyPeriod, InteractionKind
from operations.clocks.calendar import SHANGHAI
from operations.engagement import firms, interactions
from operations.engagement.cadence.rules import MOST_NEEDED, MOST_WARN_DAYS, Terms
from operations.engagement.interactions import Talk
from operations.errors import BadInput, Refused
from views.forms.base import BaseForm, CodeField, NotLonger
from views.forms.engagement import Obeys

T = TypeVar("T")
REASON = 200


class ObedientForm(BaseForm):
    """A form whose refusals by the domain come back on the page with everything typed."""

    form_errors: list[str]

    def carried_out(self, act: Callable[[], T], field: str = "") -> T | None:
        """Do it; what stands against it is said at ``field``, or above the form."""
        try:
            return act()
        except (BadInput, Refused) as refusal:
            if field:
                self.blame(field, str(refusal))
            else:
                self.form_errors = [*self.form_errors, str(refusal)]
            return None


class RuleForm(ObedientForm):
    """走访频次规则."""

    title = StringField("规则名称", [DataRequired("请写规则名称"), NotLonger(max=60)])
    holder = CodeField("由谁负责", DutyHolder)
    act = CodeField("做什么", DutyAct)
    needed = IntegerField("次数", [InputRequired("请填写次数"), NumberRange(1, MOST_NEEDED, f"次数应为 1 到 {MOST_NEEDED}")],
                          default=1, render_kw={"data-size": "s", "inputmode": "numeric"})
    period = CodeField("周期", DutyPeriod, render_kw={"data-size": "m"})
    warn_days = IntegerField(
        "提前几个工作日提醒",
        [InputRequired("请填写提前几天"), NumberRange(0, MOST_WARN_DAYS, f"应为 0 到 {MOST_WARN_DAYS} 个工作日")],
        default=10, render_kw={"data-size": "s", "inputmode": "numeric"})
    category = CodeField("只针对哪类企业", EnterpriseCategory, blank="全部企业", description="以下三项只用于企业管家的走访规则",
                         render_kw={"data-size": "m"})
    tag = StringField("只针对带此标签的企业", [Optional(), NotLonger(max=20)], render_kw={"data-size": "m"})
    green_card_only = BooleanField("只针对绿卡项目企业")
    reason = TextAreaField("理由", [DataRequired("请写明理由和依据"), NotLonger(max=REASON)],
                           description="保存在规则历史里，长期可查", render_kw={"rows": 2})

    @property
    def terms(self) -> Terms:
        """What the rule asks, as the operation takes it."""
        return Terms(
            title=self.title.data, act=self.act.data, holder=self.holder.data, needed=self.needed.data,
            period=self.period.data, warn_days=self.warn_days.data, category=self.category.data, tag=self.tag.data,
            green_card_only=self.green_card_only.data,
        )


class EndForm(ObedientForm):
    """停用规则."""

    reason = TextAreaField("停用理由", [DataRequired("请写明理由"), NotLonger(max=REASON)], render_kw={"rows": 2})


class PlanForm(ObedientForm):
    """安排走访."""

    day = DateField("哪一天去", [DataRequired("请选择日期"), Obeys(interactions.ensure_ahead)],
                    invalid_value_message="日期请写成 2026-08-24 这样", render_kw={"data-size": "m"})


class FirmField(StringField):
    """One enterprise of the person's region, by its name or code."""

    answer: Enterprise | None = None

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Find the one that is meant."""
        if not self.data or self.errors:
            return
        found = firms.by_cadre(current_user, self.data)
        if len(found) != 1:
            names = "、".join(firm.name for firm in found[:3])
            raise ValidationError(f"名称里有“{self.data[:30]}”的有好几家：{names}等，请写全" if found
                                  else f"本区域没有“{self.data[:30]}”，请核对名称")
        self.answer = found[0]


class CadreVisitForm(ObedientForm):
    """领导走访."""

    enterprise = FirmField("企业", [DataRequired("请写明是哪家企业"), NotLonger(max=200)],
                           render_kw={"autocomplete": "off", "placeholder": "企业名称或信用代码"})
    content = TextAreaField("看了什么，谈了什么", [DataRequired("请写谈了什么"), NotLonger(max=interactions.CONTENT_LIMIT)],
                            render_kw={"rows": 5, "data-max": interactions.CONTENT_LIMIT})
    occurred_at = DateTimeLocalField(
        "什么时候去的", [Optional(), Obeys(interactions.ensure_happened)], tz=SHANGHAI, description="不填就是现在",
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        invalid_value_message="时间请写成 2026-08-24 09:30 这样",
    )
    is_invited = BooleanField("企业邀请去的", description="企业邀请的走访不计入无事不扰的次数")
    over_cap_reason = StringField("超出无事不扰上限的理由", [Optional(), NotLonger(max=REASON)],
                                  description="本月次数已满时才需要写")

    @property
    def talk(self) -> Talk:
        """The visit, as the operation takes it."""
        return Talk(kind=InteractionKind.VISIT, content=self.content.data, occurred_at=self.occurred_at.data,
                    is_invited=self.is_invited.data, over_cap_reason=self.over_cap_reason.data)
