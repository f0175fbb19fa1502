"""Forms of the thread and of broadcasts."""

from typing import Any

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional

from models.directory import EnterpriseCategory
from operations.engagement.broadcasts import BODY_LIMIT, TITLE_LIMIT, Letter, Narrowing
from operations.engagement.thread import BODY_LIMIT as MESSAGE_LIMIT
from views.forms.base import BaseForm, CodeField, NotLonger

UNKNOWN = {"invalid_choice_message": "请从列出的选项中选一个", "invalid_value_message": "请从列出的选项中选一个"}


class WriteForm(BaseForm):
    """发消息."""

    body = TextAreaField("写消息", [DataRequired("请写点什么再发出"), NotLonger(max=MESSAGE_LIMIT)],
                         render_kw={"rows": 4, "data-max": MESSAGE_LIMIT})


class BroadcastForm(BaseForm):
    """群发. ``step`` is "send" once the number of receivers was shown."""

    region = SelectField("地区", [Optional()], coerce=lambda chosen: int(chosen) if chosen else None, choices=[],
                         **UNKNOWN)
    category = CodeField("类别", EnterpriseCategory, blank="全部类别", validators=[Optional()], **UNKNOWN)
    tag = StringField("标签", [Optional(), NotLonger(max=20)], description="只发给带这个标签的企业")
    title = StringField("标题", [DataRequired("请写标题"), NotLonger(max=TITLE_LIMIT)])
    body = TextAreaField("内容", [DataRequired("请写内容"), NotLonger(max=BODY_LIMIT)],
                         description="群发算触达，不算互动。相同的文字记成互动也不计有效。",
                         render_kw={"rows": 8, "data-max": BODY_LIMIT})
    step = HiddenField()

    def offer_regions(self, regions: Any) -> None:
        """The districts one may choose from: rows of id and name."""
        rows = [SelectChoice(str(row.id), row.name) for row in regions]
        self.region.choices = [SelectChoice("", "全部地区"), *rows]

    @property
    def narrowing(self) -> Narrowing:
        """Who is meant."""
        return Narrowing(self.region.data, self.category.data, self.tag.data)

    @property
    def text(self) -> Letter:
        """What is written."""
        return Letter(self.title.data, self.body.data)
