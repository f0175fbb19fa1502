"""Forms of 否定报备: the report, a level's two answers, the joint review and what its members say."""

from typing import Any

from wtforms import BooleanField, FieldList, FormField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from models.refusals import FEWEST_MEMBERS, RefusalKind, Verdict
from operations.supervision.panel import Named
from operations.supervision.refusal_checks import MOST_MEMBERS, OPINION_LIMIT, TEXT_LIMIT, Case
from views.forms.base import BaseForm, NotLonger, VersionedForm
from views.forms.portal import CodeRadio
from views.forms.tickets import ActForm, more_text, text


class RefusalForm(ActForm):
    """否定报备."""

    kind = CodeRadio("否定类型", RefusalKind, validators=[InputRequired("请选择否定类型")])
    grounds = text("否定的理由", "请写明为什么不能办", most=TEXT_LIMIT, hint="经复核不予办理的，企业会看到")
    articles = text("法律依据", "请写明依据的法律名称和条款", most=TEXT_LIMIT, rows=3, hint="写到条、款、项；企业会看到")
    alternatives = text("企业还可以怎么办", "请写明替代办法", most=TEXT_LIMIT, rows=3, hint="容缺、分步、换渠道、何时可以再报；企业会看到")
    was_noticed = BooleanField("已经一次性告知", description="一次说清了缺什么、怎么补")

    @property
    def answers(self) -> dict[str, Any]:
        """The case, as the operation takes it."""
        return {"case": Case(**super().answers)}


class EndorseForm(VersionedForm):
    """同意否定."""

    words = more_text("签批意见", most=OPINION_LIMIT, rows=2)


class OrderForm(VersionedForm):
    """要求办理."""

    words = text("要求办理的理由", "请写明为什么要办、怎么办", most=OPINION_LIMIT, rows=3, hint="承办单位会看到")


class SeatForm(BaseForm):
    """联审成员. A line without a name is nobody."""

    class Meta(BaseForm.Meta):
        """The page's own form carries the token."""

        csrf = False

    form_key = None
    name = StringField("姓名", [NotLonger(max=64)], render_kw={"data-size": "m", "autocomplete": "off"})
    house = StringField("单位", [NotLonger(max=100)],
                        render_kw={"data-size": "m", "list": "units", "autocomplete": "off"})

    is_outside = BooleanField("外请，没有账号（律师、专家）")

    def validate_house(self, field: StringField) -> None:
        """A named member is from somewhere."""
        if self.name.data and not field.data:
            raise ValidationError("请写明成员的单位")


class PanelForm(VersionedForm):
    """指定联审成员."""

    members = FieldList(FormField(SeatForm), "成员", min_entries=FEWEST_MEMBERS, max_entries=MOST_MEMBERS)

    @property
    def people(self) -> list[Named]:
        """The members named."""
        return [Named(line.form.name.data, line.form.house.data, line.form.is_outside.data)
                for line in self.members if line.form.name.data]


class ReleaseForm(VersionedForm):
    """换人."""


class OpinionForm(VersionedForm):
    """发表联审意见."""

    opinion = CodeRadio("我的意见", Verdict, validators=[InputRequired("请选择意见")])
    words = text("理由", "请写明意见的理由", most=OPINION_LIMIT, rows=4, hint="发表后不能改，作结论的人和其他成员会看到")


class EnterOpinionForm(VersionedForm):
    """录入外请成员的意见."""

    opinion = CodeRadio("其意见", Verdict, validators=[InputRequired("请选择意见")])
    words = text("理由", "请写明意见的理由", most=OPINION_LIMIT, rows=3, hint="照其书面意见录入，标明由你录入，录入后不能改")


class ReviewForm(VersionedForm):
    """联审结论."""

    verdict = CodeRadio("联审结论", Verdict, validators=[InputRequired("请选择联审结论")],
                        description="过半数成员同意维持的才能维持；其他结论办件继续办理")
    words = TextAreaField("联审意见", [InputRequired("请写明联审意见"), NotLonger(max=TEXT_LIMIT)],
                          description="承办单位和各级签批人会看到", render_kw={"rows": 4})
