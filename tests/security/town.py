"""Something of everything that an address can name, each once as one's own and once as somebody else's.

What is unmarked belongs to 恒轧机械: its member is hengzha, its steward liumin, its unit the power company (chenjing,
zhoujian), with the finance bureau (sunyue) assisting, and it lies in 城东区 (tangyi). ``…_theirs`` is 宏达电商产业园's:
hongda, wangqiang, the land bureau (litao), in 高新区. The city's own offices see both.
"""

from datetime import timedelta

from sqlalchemy import select

from models import clock
from models.access import User
from models.base import db
from models.engagement import InteractionKind
from models.notices import Notice, NoticeKind
from models.tickets import Attachment, Instruction, LedgerClass, ProposalKind, TicketKind
from operations.access.accounts import hash_password
from operations.access.people import actor_named
from operations.engagement import interactions
from operations.engagement.interactions import Talk
from operations.ratings import links
from operations.supervision import supervision
from operations.tickets import conversation, drafts, intake, merging
from tests.eventful import upload
from tests.lives import FINANCE, LAND, START, Life, shanghai

PHONE = "13800002607"
INTERNAL = "仅供内部商量的备注"
ABSENT = {"ticket": "ZQ-2026-08-9999999", "id": 2_000_000_000, "key": "A" * 22}
NOW = START + timedelta(hours=6)
UNTIL = shanghai("2026-08-31 00:00").date()


def build(city):
    """Name in an address → what stands there."""
    town = {"enterprise": city.enterprises["恒轧机械"].id, "enterprise_theirs": city.enterprises["宏达电商产业园"].id}
    town |= {"steward": city.users["liumin"].id, "steward_theirs": city.users["wangqiang"].id}
    newcomer()
    own_tickets(city, town)
    their_tickets(city, town)
    papers(city, town)
    for name, username in (("notice", "liumin"), ("notice_theirs", "wangqiang")):
        town[name] = notice(username)
    return town


def newcomer():
    """An account without any post."""
    db.session.add(User(username="newcomer", name="新来的", password_hash=hash_password("Yunzhou-2026")))
    db.session.commit()


def own_tickets(city, town):
    """One in each state."""
    def lives():
        return Life(city).submit(subject=f"送电一直没有消息 {len(town)}", attachments=())

    stages = {
        "submitted": lives(),
        "fresh": lives(),
        "waiting": lives(),
        "coordinating": lives().accept(),
        "question": Life(city).submit(TicketKind.CONSULTATION).accept(),
        "handling": lives().accept().dispatch(assisting=[FINANCE]),
        "unsigned": lives().accept().dispatch(),
        "rested": lives().accept().dispatch(),
        "handled": lives().accept().dispatch().result(),
        "replied": lives().accept().dispatch().result().reply(),
        "followed": lives().accept().dispatch().result().reply().call(),
        "closed": lives().accept().dispatch().result().reply().call().rate(),
        "merged": lives(),
    }
    stages["waiting"].does(intake.request_supplement, "liumin", missing="缺受理单")
    stages["merged"].does(merging.merge, "wujie", main=stages["handling"].ticket, reason="同一件事")
    handling = stages["handling"]
    handling.sign().does(conversation.note, "chenjing", words=INTERNAL, attachments=files("chenjing", "内部测算.pdf"))
    handling.does(conversation.message, "hengzha", words="请尽快", attachments=files("hengzha", "现场照片.pdf"))
    handling.does(conversation.instruct, "luoshizhang", words="请三日内见效", limit=conversation.Limit.parse("3d"))
    rest(stages["rested"])
    town |= {name: life.ticket.number for name, life in stages.items()}
    keep_ids(town, stages)


def files(username, name):
    with clock.standing_at(START):
        return [upload(username, name, draft=f"{username}-draft")]


def rest(life):
    proposal = life.propose(ProposalKind.LEDGER, "zhoujian", until=UNTIL, ledger_class=LedgerClass.FUNDS)
    life.grant(proposal, by="hening")


def keep_ids(town, stages):
    handling = stages["handling"]
    by_name = {row.file_name: row.public_id for row in db.session.scalars(select(Attachment))}
    town |= {"file": by_name["现场照片.pdf"], "file_internal": by_name["内部测算.pdf"]}
    with handling.here():
        order = supervision.supervise(handling.ticket, actor=actor_named("wujie"), reason="企业多次来电")
        answered = supervision.supervise(stages["unsigned"].ticket, actor=actor_named("wujie"), reason="逾期未签收")
        supervision.answer(answered, stages["unsigned"].ticket, actor=actor_named("chenjing"), words="今天就办")
        town["link"] = links.make(stages["followed"].ticket, actor=actor_named("xuhui"))
    town |= {"order": order.id, "order_answered": answered.id}
    town["instruction"] = db.session.scalars(select(Instruction.id)).one()
    town["proposal"] = handling.propose(ProposalKind.EXTENSION, until=UNTIL, basis="须招标").id
    endorsed = stages["unsigned"].propose(ProposalKind.EXTENSION, until=UNTIL, basis="须招标")
    stages["unsigned"].grant(endorsed)
    town["proposal_clerk"] = endorsed.id
    ledger = stages["unsigned"].propose(ProposalKind.LEDGER, "zhoujian", until=UNTIL, ledger_class=LedgerClass.FUNDS)
    town["proposal_supervisor"] = ledger.id


def their_tickets(city, town):
    theirs = Life(city, enterprise="宏达电商产业园", member="hongda", steward="wangqiang")
    theirs.officer, theirs.leader = "litao", "gaofeng"
    with theirs.here():
        attachments = [upload("hongda", "合同.pdf", draft="hongda-draft")]
    theirs.submit(subject="园区道路没有移交", attachments=attachments).accept().dispatch(LAND)
    with theirs.here():
        order = supervision.supervise(theirs.ticket, actor=actor_named("wujie"), reason="企业多次来电")
        supervision.record_opening(order, actor=actor_named("litao"))
    town |= {"theirs": theirs.ticket.number, "order_theirs": order.id, "file_theirs": attachments[0].public_id}
    town["proposal_theirs"] = theirs.propose(ProposalKind.EXTENSION, until=UNTIL, basis="须招标").id


def papers(city, town):
    """What is still being written, and what was noted."""
    for name, member, firm in (("draft", "hengzha", "恒轧机械"), ("draft_theirs", "hongda", "宏达电商产业园")):
        with clock.standing_at(START):
            enterprise = city.enterprises[firm]
            begun = drafts.begin(actor_named(member), enterprise=enterprise, answers={"kind": "help"}, step=1)
            town[name] = begun.key
            town[f"file_{name}"] = upload(member, "草稿里的.pdf", draft=begun.key).public_id
    for name, steward, firm in (("talk", "liumin", "恒轧机械"), ("talk_theirs", "wangqiang", "宏达电商产业园")):
        with clock.standing_at(START):
            talk = Talk(InteractionKind.PHONE, "问了送电的事，约好下周再打。")
            noted = interactions.log_interaction(city.enterprises[firm], actor=actor_named(steward), talk=talk)
            town[name] = noted.id
    db.session.commit()


def notice(username):
    told = Notice(user_id=actor_named(username).user_id, kind=NoticeKind.SYSTEM, subject="给你的话", words="看一下",
                  dedup_key=f"town.{username}", not_before=START, created_at=START, delivered_at=START)
    db.session.add(told)
    db.session.commit()
    return told.id
