"""Forms of the enterprise: raising a demand step by step, and what it does with a ticket."""

import re
from typing import Any

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, ValidationError

from models.base import LabelledEnum
from models.tickets import ACCUSING, TicketKind, Urgency
from operations.tickets import categories
from operations.tickets.conversation import WORDS_LIMIT
from operations.tickets.intake import CONTENT_LIMIT, SUBJECT_LIMIT
from views.forms import accused
from views.forms.base import BaseForm, NotLonger, clean
from views.forms.files import FilesForm

REASON_LIMIT = 500
PHONE = re.compile(r"[0-9+][0-9 ()\-]{4,30}", re.ASCII)
KIND_HINTS = {
    TicketKind.HELP: "遇到困难，请帮忙解决",
    TicketKind.CONSULTATION: "想问政策、流程、材料",
    TicketKind.ASSISTANCE: "请人帮办、代办手续",
    TicketKind.POLICY: "补贴、奖励、承诺没有兑现",
    TicketKind.ARREARS: "被拖欠工程款、货款",
    TicketKind.COMPLAINT: "对服务、办事过程不满意",
    TicketKind.RIGHTS: "权益受到侵害",
    TicketKind.SUGGESTION: "对营商环境的意见建议",
    TicketKind.REPORT: "反映违规违纪线索",
}


UNKNOWN = {"invalid_choice_message": "请从列出的选项中选一个", "invalid_value_message": "请从列出的选项中选一个"}


class CodeRadio(RadioField):
    """One member of a LabelledEnum, as radio buttons; nothing chosen is None."""

    def __init__(
        self, label: str, kind: type[LabelledEnum], *, choices: list[SelectChoice] | None = None, **kwargs: Any
    ) -> None:
        offered = choices or [SelectChoice(member.value, member.label) for member in kind]
        kwargs = UNKNOWN | kwargs
        super().__init__(label, choices=offered, coerce=lambda code: kind(code) if code else None, **kwargs)


class IsPhone:
    """A number somebody can dial: digits, spaces, brackets and dashes; mobile or landline."""

    def __call__(self, form: Any, field: Any) -> None:
        if field.data and not PHONE.fullmatch(field.data):
            raise ValidationError("请填写能打通的电话，例如 13800000000 或 0412-1234567")


class KindForm(BaseForm):
    """第 1 步: 类型和类别. ``enterprise`` is asked only of members of several."""

    draft = HiddenField()
    enterprise = RadioField("为哪家企业提", [InputRequired("请选择企业")], coerce=int, render_kw={"data-look": "list"},
                            **UNKNOWN)
    kind = CodeRadio(
        "您想做什么", TicketKind, validators=[InputRequired("请选择诉求类型")], render_kw={"data-look": "list"},
        choices=[SelectChoice(kind.value, kind.label, {"data-hint": hint}) for kind, hint in KIND_HINTS.items()],
    )
    category = RadioField(
        "关于哪方面", [InputRequired("请选择类别，拿不准就选“其他”")], description="拿不准就选“其他”，管家会帮您归类。",
        choices=[SelectChoice(name, name) for name in categories.NAMES], render_kw={"data-look": "chips"}, **UNKNOWN,
    )


class ProblemForm(BaseForm):
    """第 2 步: 遇到了什么问题."""

    draft = HiddenField()
    subject = StringField(
        "一句话说清楚", [DataRequired("请用一句话写明遇到的问题"), NotLonger(max=SUBJECT_LIMIT)],
        description=f"例如：消防验收材料要求前后不一致。最多 {SUBJECT_LIMIT} 字。",
    )
    content = TextAreaField(
        "具体情况", [DataRequired("请写明具体情况"), NotLonger(max=CONTENT_LIMIT)],
        description="写明在哪个部门、哪个环节卡住了，希望怎样解决。不必写公文。", render_kw={"rows": 8, "data-max": CONTENT_LIMIT},
    )
    accused = accused.optional()
    urgency = CodeRadio("急不急", Urgency, default=Urgency.ORDINARY, validators=[InputRequired("请选择急不急")])

    def ask_of(self, kind: str) -> None:
        """Whom it is about is asked of complaints and reports alone."""
        if kind not in ACCUSING:
            del self.accused


class MaterialsForm(FilesForm):
    """第 3 步: 材料和联系人. The files lie in the demand's own draft."""

    draft = HiddenField()
    contact_name = StringField("联系人", [DataRequired("请填写联系人"), NotLonger(max=64)], render_kw={"autocomplete": "name"})
    contact_phone = StringField(
        "联系电话", [DataRequired("请填写联系电话"), NotLonger(max=32), IsPhone()], description="管家和承办单位会打这个电话。",
        render_kw={"autocomplete": "tel", "inputmode": "tel", "type": "tel", "data-size": "l"},
    )

    @property
    def draft_key(self) -> str:
        """The key of the demand's draft, so that later pages find the files."""
        return clean(self.draft.data)[:32]


class SendForm(BaseForm):
    """核对后提交."""

    draft = HiddenField()


class SupplementForm(FilesForm):
    """补正."""

    text = TextAreaField("补充说明", [NotLonger(max=CONTENT_LIMIT)], render_kw={"rows": 5, "data-max": CONTENT_LIMIT})

    def validate_text(self, field: TextAreaField) -> None:
        """Words or files, one of them."""
        if not field.data and not self.kept_files:
            raise ValidationError("请写明补充内容，或上传材料")


class MessageForm(FilesForm):
    """留言."""

    words = TextAreaField("留言", [NotLonger(max=WORDS_LIMIT)], description="管家和承办单位都会看到。",
                          render_kw={"rows": 5, "data-max": WORDS_LIMIT})

    def validate_words(self, field: TextAreaField) -> None:
        """Words or files, one of them."""
        if not field.data and not self.kept_files:
            raise ValidationError("请写点什么，或上传材料")


class WithdrawForm(BaseForm):
    """撤回."""

    reason = TextAreaField("为什么撤回", [DataRequired("请写明撤回的原因"), NotLonger(max=REASON_LIMIT)],
                           description="例如：问题已经自行解决。", render_kw={"rows": 3, "data-max": REASON_LIMIT})


class ReopenForm(BaseForm):
    """重启."""

    reason = TextAreaField("哪里还没有解决", [DataRequired("请写明哪里还没有解决"), NotLonger(max=REASON_LIMIT)],
                           render_kw={"rows": 4, "data-max": REASON_LIMIT})
