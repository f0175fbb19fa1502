"""One ticket to which everything has happened that can happen: a row in every table that is kept for ever."""

from datetime import date
from io import BytesIO

from flask import current_app
from sqlalchemy import select

from models import clock
from models.base import db
from models.clocks import Policy
from models.engagement import InteractionKind
from models.tickets import Instruction, LedgerClass, ProposalKind
from operations.access.people import actor_named
from operations.clocks.calendar import Limit
from operations.clocks.changes import DayChange, YearChange
from operations.engagement import interactions
from operations.storage import places
from operations.supervision import supervision
from operations.tickets import attachments, conversation, coordination, handling, intake, merging
from operations.tickets.attachments import UploadRules
from tests import calendars
from tests.lives import FINANCE, LAND, Life
from tests.pictures import paper

PDF = paper()


def eventful(city):
    """The life of that ticket, closed in the end."""
    life = Life(city)
    with life.here():
        files = [upload("hengzha", "受理单.pdf")]
    life.submit(attachments=files)
    life.wait(minutes=5).does(intake.request_supplement, "liumin", missing="缺用电申请回执")
    life.wait(minutes=5).does(intake.supplement, "hengzha", text="回执已补")
    life.wait(minutes=5).accept()
    life.does(coordination.consult, "wujie", units=[life.unit(LAND)], held_on=date(2026, 8, 19), outcome="由供电公司主办")
    life.dispatch(assisting=[FINANCE]).sign().does(handling.contact, "chenjing", method="电话", words="约了现场")
    life.does(handling.report_assistance, "sunyue", report="资金已拨付")
    life.does(conversation.note, "chenjing", words="线路走廊要协调")
    life.does(conversation.message, "hengzha", words="什么时候能好")
    life.does(conversation.instruct, "luoshizhang", words="请三日内见效", limit=Limit.parse("3d"))
    answered = db.session.scalars(select(Instruction.id)).one()
    life.does(conversation.answer_instruction, "zhoujian", instruction_id=answered, words="已约明天送电")
    extend_and_rest(life)
    life.does(supervision.supervise, "wujie", reason="企业多次来电")
    twin = Life(city)
    twin.now = life.now
    twin.submit().does(merging.merge, "wujie", main=life.ticket, reason="同一件事")
    change_the_rules(life)
    life.wait(hours=1).result().reply().call().rate(words="办成了")
    return life


def upload(username, name, content=PDF, *, draft="draft", **rest):
    """A file as its uploader's draft has it."""
    config = current_app.config
    rules = UploadRules(places.of_attachments(config), config["ATTACHMENT_BYTES"], 10, config["ATTACHMENT_QUOTA"])
    return attachments.store(BytesIO(content), name, actor=actor_named(username), rules=rules, draft_key=draft, **rest)


def extend_and_rest(life):
    extension = life.propose(ProposalKind.EXTENSION, until=date(2026, 8, 28), basis="须招标")
    life.grant(extension).grant(extension, by="wujie")
    entering = life.propose(ProposalKind.LEDGER, "zhoujian", until=date(2026, 9, 14), ledger_class=LedgerClass.FUNDS)
    life.grant(entering, by="hening").wait(hours=2)
    life.grant(life.propose(ProposalKind.STRIKE_OFF, "zhoujian"), by="hening")


def change_the_rules(life):
    with life.here():
        calendars.publish(DayChange(date(2026, 11, 30), False, "本市抗洪纪念日"))
        calendars.publish(YearChange(2027, "国办发明电〔2026〕9号"))
        talk = interactions.Talk(InteractionKind.VISIT, "到厂里看了线路走廊，约好下周再来。")
        interactions.log_interaction(life.enterprise, actor=actor_named("liumin"), talk=talk)
        db.session.add(Policy(name="rating_link", value={"days": 10}, effective_at=clock.now(), reason="试行"))
