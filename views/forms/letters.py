"""Forms of letters: writing one, editing a template and the letterhead, answering and judging."""

from typing import Any

from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from models.access import Role
from models.letters import LetterKind
from operations.access.actor import Actor
from operations.supervision.letters.heads import CONTACT_LIMIT, MARK_LIMIT, NAME_LIMIT
from operations.supervision.letters.issuing import BY_HAND, LONGEST_DAYS, SUBJECT_LIMIT, WORDS_LIMIT, Wanted
from operations.supervision.letters.receiving import REASON_LIMIT
from operations.supervision.letters.receiving import WORDS_LIMIT as ANSWER_LIMIT
from operations.supervision.letters.templates import BODY_LIMIT, TITLE_LIMIT
from views.forms.base import MarkField, NotLonger, RefusableForm
from views.forms.portal import CodeRadio
from views.forms.tickets import UnitsField


class IssueForm(RefusableForm):
    """发文. ``picked`` are orders of the queue, whose tickets each get a letter; else the units named get one."""

    kind = CodeRadio("文种", LetterKind, choices=[SelectChoice(kind.value, kind.label) for kind in BY_HAND],
                     validators=[InputRequired("请选择文种")])
    units = UnitsField("收文单位", lines=5)
    subject = StringField("事由", [NotLonger(max=SUBJECT_LIMIT)], description="标题写作“关于……的通报”，这里只填中间一段")
    words = TextAreaField("正文", [InputRequired("请写明要说的内容"), NotLonger(max=WORDS_LIMIT)], render_kw={"rows": 8})
    answer_days = IntegerField("几个工作日内答复", [Optional(), NumberRange(1, LONGEST_DAYS, f"请填写 1 到 {LONGEST_DAYS} 的整数")],
                               description="不要求答复的不填", render_kw={"data-size": "s", "inputmode": "numeric"})
    picked = HiddenField()
    step = HiddenField()
    is_in_turn = False

    def offer(self, *, in_turn: bool, actor: Actor) -> None:
        """Offer what fits: a 通报 is the supervisor's office's, and the tickets say whom and what about."""
        self.is_in_turn = in_turn
        if not actor.holds(Role.SUPERVISOR):
            self.kind.choices = [choice for choice in self.kind.choices if choice.value != LetterKind.BULLETIN]

    def validate_units(self, field: UnitsField) -> None:
        """A letter is for somebody."""
        if not self.is_in_turn and not any(entry.data for entry in field.entries):
            field.entries[0].errors = ["请至少填写一个收文单位"]
            raise ValidationError("请至少填写一个收文单位")

    def validate_subject(self, field: StringField) -> None:
        """Where no ticket gives the subject, somebody writes it."""
        if not self.is_in_turn and not field.data:
            raise ValidationError("请填写事由")

    @property
    def wanted(self) -> Wanted:
        """What is asked for, as the operation takes it."""
        return Wanted(self.kind.data, self.words.data, self.subject.data, self.answer_days.data)


class HeadForm(RefusableForm):
    """版头."""

    name = StringField("发文机关名称", [InputRequired("请填写发文机关名称"), NotLonger(max=NAME_LIMIT)])
    mark = StringField("机关代字", [InputRequired("请填写机关代字"), NotLonger(max=MARK_LIMIT)],
                       description="文号的开头，例如“云营商”", render_kw={"data-size": "s"})
    contact = StringField("联系方式", [NotLonger(max=CONTACT_LIMIT)], description="印在落款之后，可不填")


class TemplateForm(RefusableForm):
    """模板. ``step`` is "look" to see it before it is saved."""

    title = StringField("标题", [InputRequired("请填写标题"), NotLonger(max=TITLE_LIMIT)])
    body = TextAreaField("正文", [InputRequired("请填写正文"), NotLonger(max=BODY_LIMIT)],
                         description="一行一段；一段里的要素都没有内容时，这一段不写", render_kw={"rows": 12})
    after = MarkField()
    step = StringField()

    @property
    def words(self) -> dict[str, Any]:
        """What the operation takes."""
        return {"title": self.title.data, "body": self.body.data, "after": self.after.data or 0}


class AnswerForm(RefusableForm):
    """答复公文."""

    words = TextAreaField("答复内容", [InputRequired("请写明办理情况"), NotLonger(max=ANSWER_LIMIT)], render_kw={"rows": 5})


def apart(form: RefusableForm, unit_id: int, *, of: int) -> RefusableForm:
    """The form of one of several units on a page: its fields keep their names and get ids of their own."""
    for field in form if of > 1 else ():
        field.id = f"{field.id}-{unit_id}"
    return form


class ReturnForm(RefusableForm):
    """退回答复."""

    reason = TextAreaField("退回理由", [InputRequired("请写明为什么退回"), NotLonger(max=REASON_LIMIT)],
                           description="对方按理由重新答复。", render_kw={"rows": 3})
