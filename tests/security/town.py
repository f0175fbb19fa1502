"""Something of everything that an address can name, each once as one's own and once as somebody else's.

What is unmarked belongs to 恒轧机械: its member is hengzha, its steward liumin, its unit the power company (chenjing,
zhoujian), with the finance bureau (sunyue) assisting, and it lies in 城东区 (tangyi). ``…_theirs`` is 宏达电商产业园's:
hongda, wangqiang, the land bureau (litao), in 高新区. The city's own offices see both.
"""

import re
from datetime import date, timedelta

from flask import current_app
from sqlalchemy import func, select

from models import clock
from models.access import Authenticator, LoginSession, MemberRole, Post, Role, User
from models.base import db
from models.campaigns import Campaign, ObjectKind
from models.clock_stops import ClockStopKind
from models.correspondence import Side
from models.counted_follow_ups import CountedFollowUp
from models.deliveries import Carrier, Delivery, Outcome, Purpose
from models.directory import Contact, Enterprise, FactRequest, PlanRow, Project, Stewardship
from models.engagement import Finding, FindingKind, InteractionKind, MeetingKind, WalkMode
from models.hall import CountedCase
from models.hall_intake import HallCode, HallCodeKind
from models.letters import LetterKind
from models.lists import SavedView
from models.measures import MeasureKind
from models.notices import Notice, NoticeKind
from models.ratings import Grade, ReworkReason
from models.rectifications import Rectification
from models.refusals import Refusal, RefusalKind, ReviewMember, Verdict
from models.routing import Ruling
from models.supervision import Supervision
from models.tickets import Attachment, Instruction, LedgerClass, ProposalKind, Ticket, TicketKind
from models.unreasonable import UnreasonableFinding
from operations.access import appointments, covers, password_links
from operations.access.actor import SYSTEM
from operations.access.appointments import Place
from operations.access.covers import Span
from operations.access.passwords import hashed
from operations.access.people import actor_named
from operations.clocks import calendar_drafts
from operations.clocks.changes import DayChange
from operations.directory import handovers, members, steward_plans, stewardship
from operations.directory.merging import merge_enterprises
from operations.directory.ownership_claims import claim_ownership
from operations.directory.profile import propose_facts
from operations.directory.public_codes import give_code
from operations.engagement import broadcasts, interactions, thread, walks
from operations.engagement.broadcasts import Letter, Narrowing
from operations.engagement.interactions import Talk
from operations.engagement.meetings import minutes, planning
from operations.hall import codes, systems
from operations.insight import exports
from operations.insight.list_habits import save_view
from operations.ratings import case_links, desk, kiosks, links, windows
from operations.ratings.campaigns import drawing, freezing, inviting
from operations.ratings.campaigns import planning as planning_campaigns
from operations.ratings.campaigns.planning import Plan, objects_of
from operations.ratings.opinions import Opinion
from operations.ratings.sampling import plans
from operations.ratings.sampling.plans import Shares
from operations.supervision import clock_stops, panel, policy_drafts
from operations.supervision import refusals as refusing
from operations.supervision import supervision
from operations.supervision.letters import issuing, receiving
from operations.supervision.letters.issuing import Wanted
from operations.supervision.measures import deciding, proposing, reconsidering
from operations.supervision.measures.proposing import Grounds, Person
from operations.supervision.panel import Named
from operations.supervision.refusal_checks import Case
from operations.tickets import aftercare, catalogue, conversation, drafts, intake, merging
from tests import importing
from tests.claimants import claim, texts
from tests.eventful import upload
from tests.lives import FINANCE, LAND, POWER, START, Life, shanghai

PHONE = "13800002607"
INTERNAL = "仅供内部商量的备注"
REVIEWERS = {
    "": (("韩雪", "市消防支队"), ("宋丽", "市人社局"), ("杨帆", "市人社局")),
    "_more": (("孙悦", "市财政局"), ("韩雪", "市消防支队")),
    "_theirs": (("韩雪", "市消防支队"),),
}
ABSENT = {"ticket": "ZQ-2026-08-9999999", "id": 2_000_000_000, "key": "A" * 22}
NOW = START + timedelta(hours=6)
UNTIL = shanghai("2026-08-31 00:00").date()


def build(city):
    """Name in an address → what stands there."""
    town = {"enterprise": city.enterprises["恒轧机械"].id, "enterprise_theirs": city.enterprises["宏达电商产业园"].id}
    town |= {"steward": city.users["liumin"].id, "steward_theirs": city.users["wangqiang"].id}
    units = city.organisations
    town |= {"filling": units["城东区人民政府"].id, "filling_theirs": units["云州市工业和信息化局"].id}
    newcomer()
    clock_stopped()
    rules(town)
    sampling(city, town)
    own_tickets(city, town)
    their_tickets(city, town)
    unreasonable(city, town)
    counted_calls(city, town)
    rated_cases(city, town)
    papers(city, town)
    for name, firm, mobile in (("claim", "恒轧机械", "13900000011"), ("claim_theirs", "宏达电商产业园", "13900000012")):
        town[name] = claimed(city.enterprises[firm], mobile)
    memberships(city, town)
    fact_requests(city, town)
    particulars(city, town)
    imports(city, town)
    gatherings(city, town)
    stewards(city, town)
    letters(city, town)
    plan(town)
    exported(town)
    found(city, town)
    routing(city, town)
    measures(city, town)
    post_covers(town)
    campaigns(town)
    town["account"] = with_authenticator(city.users["linfang"].id)
    town["password"] = password_links.make("linfang", actor=SYSTEM)
    town |= appointed(city)
    town["organisation"] = city.organisations["云州市自然资源局"].id
    town |= {"session": elsewhere(city, "hengzha"), "session_theirs": elsewhere(city, "hongda")}
    for name, username in (("notice", "liumin"), ("notice_theirs", "wangqiang")):
        town[name] = notice(username)
    town["delivery"] = dead_letter()
    windows_of_the_hall(city, town)
    halls(city, town)
    return town


def elsewhere(city, username):
    """The account is signed in at another place as well."""
    signed_in = LoginSession(token_hash=f"of {username} elsewhere", user_id=city.users[username].id, created_at=NOW,
                             seen_at=NOW, address="203.0.113.9", agent="Firefox on Windows")
    db.session.add(signed_in)
    db.session.commit()
    return signed_in.id


def appointed(city):
    """A post that can be taken from its holder, and one that waits for a second administrator's word."""
    held, above = city.users["linfang"], Place(Role.SUPERVISOR, "云州市营商环境建设局")
    appointments.appoint(held.id, above, reason="来函", actor=actor_named("security"))
    (waiting,) = appointments.waiting(actor_named("admin"))
    return {"held_post": appointments.held(held.id)[0][0].id, "appointment": waiting.id}


def with_authenticator(user_id):
    """The account has set up two steps."""
    db.session.add(Authenticator(user_id=user_id, sealed_secret="x", created_at=NOW, confirmed_at=NOW))
    db.session.commit()
    return user_id


def windows_of_the_hall(city, town):
    """A desk code, a tablet and a counted case at the window of the housing bureau."""
    clerk, window = actor_named("wujie"), city.organisations["云州市住建局市政科"]
    with clock.standing_at(NOW):
        card = desk.issue(window.id, officer_id=city.users["linfang"].id, actor=clerk)
        town |= {"desk_code": card.id, "desk": card.code, "window": window.id}
        tablet = kiosks.bind(kiosks.make(window.id, actor=clerk))
        town["kiosk"] = kiosks.of_device(tablet).id
        case_id = windows.count_case(window.id, number="A001", item="排水许可", actor=actor_named("linfang"))
        town["reason"] = kiosks.rate(tablet, case_id=case_id, grade=Grade.DISSATISFIED).token
        windows.count_case(window.id, number="A002", item="排水许可", actor=actor_named("linfang"))


def halls(city, town):
    """A system of the planning bureau's and one of the county's, each with a code that nobody has matched."""
    with clock.standing_at(NOW):
        for name, who in (("hall", "dengli"), ("hall_county", "fangming")):
            system = systems.register(code=name.replace("_", "-"), name="政务服务大厅", actor=actor_named(who))
            codes.meet(system.id, [(HallCodeKind.UNIT, "ZJJ", "住建局")])
            db.session.commit()
            town[name] = system.id
            town[name.replace("hall", "hall_code")] = db.session.scalars(
                select(HallCode.id).where(HallCode.system_id == system.id)).one()
        systems.make_key(town["hall"], actor=actor_named("dengli"), site_key="only-for-tests")
        town["hall_key"] = systems.live_keys(town["hall"])[0].id
        case = db.session.scalars(select(CountedCase).where(CountedCase.number == "A002")).one()
        town["case_link"] = case_links.make([case])[case.id]
        db.session.commit()


def clock_stopped():
    """The machine stood still for a day, and nobody has confirmed the time: jobs wait, people go on writing."""
    stood_still = clock_stops.Found(ClockStopKind.GAP, 86_400, NOW - timedelta(days=1))
    clock_stops.halt(stood_still, wall=NOW, worker="host:7")


def rules(town):
    """A change of the rules waits for the security administrator, one of the calendar for the supervisor."""
    with clock.standing_at(NOW):
        town["draft_rules"] = policy_drafts.propose(
            {"ladder": {"answer": "2d"}}, effective_on=(NOW + timedelta(days=300)).date(),
            reason="试行", actor=actor_named("hening")).id
        town["draft_calendar"] = calendar_drafts.propose(
            DayChange(date(2026, 11, 30), False, "本市抗洪纪念日"), actor=actor_named("security")).id


def sampling(city, town):
    """Plans of two regions, which begin long after whatever else happens here."""
    town["county"] = city.regions["990102"].id
    with clock.standing_at(NOW):
        for name, region in (("sampling", "9901"), ("sampling_theirs", "990103")):
            town[name] = plans.set_plan(
                city.regions[region].id, actor=actor_named("hening"), shares=Shares(50, 5), reason="试行",
                begins_on=(NOW + timedelta(days=300)).date())


def newcomer():
    """An account without any post."""
    db.session.add(User(username="newcomer", name="新来的", password_hash=hashed("Yunzhou-2026")))
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
        "linked": lives().accept().dispatch().result().reply().call(),
        "closed": lives().accept().dispatch().result().reply().call().rate(),
        "merged": lives(),
        "complaint": Life(city).submit(TicketKind.COMPLAINT, "窗口服务态度差"),
    }
    stages["waiting"].does(intake.request_supplement, "liumin", missing="缺受理单")
    stages["merged"].does(merging.merge, "wujie", main=stages["handling"].ticket, reason="同一件事")
    handling = stages["handling"]
    handling.sign().does(conversation.note, "chenjing", words=INTERNAL, attachments=files("chenjing", "内部测算.pdf"))
    handling.does(conversation.message, "hengzha", words="请尽快", attachments=files("hengzha", "现场照片.pdf"))
    handling.does(conversation.instruct, "luoshizhang", words="请三日内见效", limit=conversation.Limit.parse("3d"))
    answer_instruction(stages["unsigned"])
    rest(stages["rested"])
    town |= {name: life.ticket.number for name, life in stages.items()}
    keep_ids(town, stages)


def files(username, name):
    with clock.standing_at(START):
        return [upload(username, name, draft=f"{username}-draft")]


def answer_instruction(life):
    """A leader's words that the unit has answered, which wait for the leader's word."""
    life.does(conversation.instruct, "luoshizhang", words="请三日内见效", limit=conversation.Limit.parse("3d"))
    life.does(conversation.answer_instruction, "zhoujian", instruction_id=answered_on(life), words="已约明天送电")


def rectification_of(rating_id):
    return db.session.scalars(select(Rectification.id).where(Rectification.rating_id == rating_id)).one()


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
        rated = links.make(stages["linked"].ticket, actor=actor_named("xuhui"))
        given = links.rate(rated, opinion=Opinion(Grade.DISSATISFIED, tags=("其他",)))
        town |= {"addition": given.token, "rectification": rectification_of(given.rating_id)}
    town |= {"order": order.id, "order_answered": answered.id}
    waiting = select(Instruction.id).where(Instruction.answered_at.is_(None))
    town["instruction"] = db.session.scalars(waiting).one()
    town["instruction_answered"] = answered_on(stages["unsigned"])
    town["proposal"] = handling.propose(ProposalKind.EXTENSION, until=UNTIL, basis="须招标").id
    endorsed = stages["unsigned"].propose(ProposalKind.EXTENSION, until=UNTIL, basis="须招标")
    stages["unsigned"].grant(endorsed)
    town["proposal_clerk"] = endorsed.id
    ledger = stages["unsigned"].propose(ProposalKind.LEDGER, "zhoujian", until=UNTIL, ledger_class=LedgerClass.FUNDS)
    town["proposal_supervisor"] = ledger.id


def answered_on(life):
    return db.session.scalars(select(Instruction.id).where(Instruction.ticket_id == life.ticket.id)).one()


def refusals(town, city, theirs):
    """Refusals of the unit on the head's desk, one whose members have spoken; and a ticket that may be refused."""
    own = [Life(city).submit(subject="外线不在规划内").accept().dispatch() for _ in range(3)]
    town["refusable"] = own[2].ticket.number
    answer_instruction(own[2])
    town["instruction_answered_too"] = answered_on(own[2])
    lives = (("", own[0], "chenjing"), ("_more", own[1], "chenjing"), ("_theirs", theirs, "litao"))
    for ending, life, reporter in lives:
        said = Case(RefusalKind.OTHER, "不在规划内。", "《条例》第三条", "规划调整后再报。")
        refusal = life.does(refusing.report, reporter, case=said)
        town[f"refusal{ending}"] = refusal.id
        life.does(panel.name_reviewers, "hening", refusal, people=[Named(*one) for one in REVIEWERS[ending]])
    own[0].does(speak_up, "hening", refusal_id=town["refusal"])
    seats = dict(db.session.execute(select(ReviewMember.refusal_id, func.max(ReviewMember.id)).group_by(
        ReviewMember.refusal_id)).all())
    town |= {"seat": seats[town["refusal_more"]], "seat_theirs": seats[town["refusal_theirs"]]}


def speak_up(ticket, *, actor, refusal_id):
    """All members of one review; ``actor`` only looks on."""
    refusal = db.session.get_one(Refusal, refusal_id)
    for who in ("hanxue", "songli", "yangfan"):
        panel.give_opinion(ticket, refusal, actor=actor_named(who), opinion=Verdict.REVOKED, words="依据不足")


def routing(city, town):
    """The catalogue of 城东区 and of 高新区, and a ruling on one's own and on another's ticket."""
    for name, region, unit in (("entry", "990102", POWER), ("entry_elsewhere", "990103", LAND)):
        with clock.standing_at(START):
            town[name] = catalogue.enter(
                actor=actor_named("wujie"), category="水电气暖", region=city.regions[region],
                terms=catalogue.Terms(city.organisations[unit], "《条例》第三条"),
            ).id
    town["region"] = city.regions["9901"].id
    town["argued"] = Life(city).submit(subject="归谁还没有定").accept().ticket.number
    own = Life(city).submit(subject="外线归谁").accept()
    theirs = Life(city, enterprise="宏达电商产业园", member="hongda", steward="wangqiang").submit(subject="路归谁").accept()
    for ending, life, unit in (("", own, POWER), ("_theirs", theirs, LAND)):
        life.dispatch(unit, by="wujie", is_ruling=True)
        town[f"ruled{ending}"] = life.ticket.number
        rows = select(Ruling.id).where(Ruling.ticket_id == life.ticket.id)
        town[f"ruling{ending}"] = db.session.scalars(rows).one()


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
    other = Life(city, enterprise="宏达电商产业园", member="hongda", steward="wangqiang")
    other.submit(subject="园区道路没有移交的另一段").accept().dispatch(LAND)
    refusals(town, city, other)
    rated = Life(city, enterprise="宏达电商产业园", member="hongda", steward="wangqiang").submit(subject="园区道路第三段")
    rated.accept().dispatch(LAND).result(officer="litao", leader="gaofeng").reply().call()
    given = rated.does(aftercare.rate, "hongda", opinion=Opinion(Grade.DISSATISFIED, tags=("其他",)))
    town["rectification_theirs"] = rectification_of(given.rating_id)
    town["proposal_theirs"] = theirs.propose(ProposalKind.EXTENSION, until=UNTIL, basis="须招标").id


def unreasonable(city, town):
    """Two cases whose callers find that what is still wanted cannot be had; nobody has countersigned."""
    own = Life(city).submit(subject="要求免去电费").accept().dispatch().result().reply()
    theirs = Life(city, enterprise="宏达电商产业园", member="hongda", steward="wangqiang").submit(subject="要求免租")
    theirs.accept().dispatch(LAND).result(officer="litao", leader="gaofeng").reply()
    call = aftercare.Call(True, False, False, "还要免", ReworkReason.UNSOLVED, unreasonable="法规不允许")
    for name, life in (("finding_unreasonable", own), ("finding_unreasonable_theirs", theirs)):
        life.does(aftercare.follow_up, "xuhui", call=call)
        found = select(UnreasonableFinding.id).where(UnreasonableFinding.ticket_id == life.ticket.id)
        town[name] = db.session.scalars(found).one()


def counted_calls(city, town):
    """A counted case of each region waits for its call."""
    bureau = city.organisations["云州市住房和城乡建设局"].id
    for name, firm, region in (("counted", "恒轧机械", "990102"), ("counted_theirs", "宏达电商产业园", "990103")):
        case = CountedCase(system="hall", number=f"C-{region}", item="排水许可", unit_id=bureau, finished_at=START,
                           region_path=city.regions[region].path, enterprise_id=city.enterprises[firm].id)
        db.session.add(case)
        db.session.flush()
        db.session.add(CountedFollowUp(counted_case_id=case.id, region_path=case.region_path, is_must=False,
                                       due_at=NOW + timedelta(days=2)))
        town[name] = case.id
    db.session.commit()


def rated_cases(city, town):
    """A counted case of each region was rated badly by name: its proxy bears the 差评整改."""
    for name, firm, region, unit in (("proxy", "恒轧机械", "990102", POWER),
                                     ("proxy_theirs", "宏达电商产业园", "990103", LAND)):
        case = CountedCase(system="hall", number=f"R-{region}", item="用电更名", unit_id=city.organisations[unit].id,
                           finished_at=START, region_path=city.regions[region].path,
                           enterprise_id=city.enterprises[firm].id)
        db.session.add(case)
        with clock.standing_at(START + timedelta(hours=1)):
            db.session.flush()
            token = case_links.make([case])[case.id]
            db.session.commit()
            case_links.rate(token, opinion=Opinion(Grade.DISSATISFIED, tags=("其他",)))
        town[name] = db.session.scalars(select(Ticket.number).where(Ticket.counted_case_id == case.id)).one()


def imports(city, town):
    """A file of the planning bureau's registrar and one of the county's wait to be let in, each with one bad row."""
    planning = city.organisations[importing.PROJECTS]
    rows = [importing.firm(1, 填报类别="重点项目"), importing.firm(2, 联系电话="1")]
    folder = current_app.config["IMPORTS_DIR"]
    batch = importing.bring(rows, folder, actor=actor_named("dengli"), unit_id=planning.id, takes=False)
    county = city.organisations["城东区人民政府"]
    rows = [importing.firm(3, 填报类别="一般"), importing.firm(4, 联系电话="1")]
    other = importing.bring(rows, folder, actor=actor_named("fangming"), unit_id=county.id, takes=False)
    town |= {"import": batch.id, "import_county": other.id}


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
            actor, letter = actor_named(steward), Letter("稳岗补贴开始申报", "十二月十五日前在线申报，材料清单见附件。")
            town[f"broadcast{name.removeprefix('talk')}"] = broadcasts.send(
                actor=actor, narrowing=Narrowing(), text=letter
            ).id
            thread.write(city.enterprises[firm], actor=actor, side=Side.STEWARD, body="送电的事供电公司答应下周回话。")
    db.session.commit()


def claimed(enterprise, mobile):
    """A stranger's claim of the enterprise, which waits."""
    with clock.standing_at(START):
        return claim(mobile, person="来认领的人", credit_code=enterprise.credit_code, name=enterprise.name).id


def memberships(city, town):
    """One more member of each enterprise, and somebody whom its administrator has invited, with the link."""
    for ending, firm, boss, last in (("", "恒轧机械", "hengzha", 1), ("_theirs", "宏达电商产业园", "hongda", 2)):
        enterprise = city.enterprises[firm]
        agent = Post(user=User(username=f"1390000002{last}", name="经办人"), role=Role.ENTERPRISE_MEMBER,
                     enterprise_id=enterprise.id, started_at=START)
        db.session.add(agent)
        db.session.commit()
        with clock.standing_at(START):
            made = members.invite(enterprise, actor=actor_named(boss), mobile=f"1390000003{last}", page="/join/",
                                  member_role=MemberRole.AGENT)
        token = re.search("/join/(\\S+)", texts()[-1].words).group(1)
        town |= {f"member{ending}": agent.id, f"invitation{ending}": made.id, f"join{ending}": token}


def fact_requests(city, town):
    """What members want the directory to say, which waits."""
    for ending, firm, member in (("", "恒轧机械", "hengzha"), ("_theirs", "宏达电商产业园", "hongda")):
        with clock.standing_at(START):
            propose_facts(city.enterprises[firm], actor=actor_named(member), changes={"staff_count": "88"})
        rows = select(FactRequest.id).where(FactRequest.enterprise_id == city.enterprises[firm].id)
        town[f"fact_request{ending}"] = db.session.scalars(rows).one()


def particulars(city, town):
    """What hangs on an enterprise: a contact, a project, a code, a claim, a duplicate; and a list as one likes it."""
    claims = (("", "恒轧机械", "fangming", "liumin", "hening"), ("_theirs", "宏达电商产业园", "baixue", "wangqiang", "wujie"))
    for ending, firm, claimant, liker, watcher in claims:
        enterprise = city.enterprises[firm]
        contact = Contact(enterprise_id=enterprise.id, name="赵工", phone=PHONE)
        rows = contact, Project(enterprise_id=enterprise.id, name="二期")
        twin = Enterprise(name=f"{firm}（重复）", region_id=enterprise.region_id, owner_unit_id=enterprise.owner_unit_id)
        db.session.add_all([*rows, twin])
        db.session.flush()
        with clock.standing_at(START):
            owning = claim_ownership(enterprise, actor=actor_named(claimant), reason="属地企业")
            merge_enterprises(twin, actor=actor_named("wujie"), into=enterprise, reason="重复登记")
            save_view("/enterprises", actor=actor_named(liker), name="城东区", query="region=城东区")
        view = select(SavedView.id).where(SavedView.user_id == actor_named(liker).user_id)
        town |= {f"contact{ending}": rows[0].id, f"project{ending}": rows[1].id, f"owning{ending}": owning.id,
                 f"duplicate{ending}": twin.id, f"view{ending}": db.session.scalars(view).one()}
        with clock.standing_at(START):
            save_view("/watch", actor=actor_named(watcher), name="只看红的", query="light=red")
        view = select(SavedView.id).where(SavedView.user_id == actor_named(watcher).user_id)
        town[f"queue_view{ending}"] = db.session.scalars(view).one()
    with clock.standing_at(START):
        town["card"] = give_code(city.enterprises["恒轧机械"], actor=actor_named("liumin"))
    db.session.commit()


def gatherings(city, town):
    """A meeting ahead and one that was held, and a leader's walk: in 城东区 and, for the other enterprise, in the city."""
    for suffix, by, firm, steward, unit in (("", "tangyi", "恒轧机械", "liumin", POWER),
                                            ("_theirs", "wujie", "宏达电商产业园", "wangqiang", LAND)):
        convened = {"chair_id": actor_named("luoshizhang").user_id, "people": [actor_named(steward).user_id],
                    "units": [city.organisations[unit].id], "enterprises": [city.enterprises[firm].id]}
        with clock.standing_at(START):
            plan = planning.Plan(MeetingKind.FORUM, f"{firm}座谈", START, "二楼会议室", **convened)
            clerk = actor_named(by)
            town[f"meeting{suffix}"] = planning.convene(plan, actor=clerk).id
            held = planning.convene(plan, actor=clerk)
            minutes.write_minutes(held, actor=clerk, words="谈了外线送电。", came=[])
            town[f"meeting_held{suffix}"] = held.id
            walk = walks.record_walk(walks.Walk(
                walker_id=convened["chair_id"], walked_on=START.date(), item="外线接入", mode=WalkMode.IN_PERSON,
                unit_id=convened["units"][0], steps=[walks.Step("交材料", 30, 6, 2)], problems=["材料要交两遍"]), actor=clerk)
            town[f"walk{suffix}"] = walk.id
            town[f"walk_problem{suffix}"] = walks.problems_of(walk)[0].WalkProblem.id
    db.session.commit()


def stewards(city, town):
    """Hand-overs that wait, and covers that lie ahead: nobody looks after anything else on that day."""
    third = User(username="third", name="丁一", phone="13900019999")
    db.session.add(third)
    db.session.flush()
    unit = city.organisations["软件园街道办事处"]
    db.session.add(Post(user_id=third.id, role=Role.STEWARD, organisation_id=unit.id, region_id=unit.region_id,
                        started_at=START))
    db.session.commit()
    offered = (("", "liumin", "wangqiang", "恒轧机械"), ("_theirs", "wangqiang", "third", "宏达电商产业园"))
    for ending, giver, to, firm in offered:
        enterprise, clerk = city.enterprises[firm], actor_named("wujie")
        person = db.session.scalars(select(User).where(User.username == giver)).one()
        receiver = db.session.scalars(select(User).where(User.username == to)).one()
        with clock.standing_at(START):
            handover = handovers.propose(person, actor=clerk, receiver=receiver, reason="片区调整",
                                         enterprise_ids=[enterprise.id])
            stewardship.cover([enterprise], actor=clerk, substitute=third, starts_on=UNTIL, ends_on=UNTIL, reason="休假")
        town[f"handover{ending}"] = handover.id
        covers = select(Stewardship.id).where(Stewardship.enterprise_id == enterprise.id,
                                              Stewardship.kind == "substitute")
        town[f"cover{ending}"] = db.session.scalars(covers).one()


def letters(city, town):
    """Letters of the county's centre to the power company, one answered; one of the city's to the land bureau."""
    wanted = Wanted(LetterKind.HINT, "请核实用电容量。", "夏季用电", answer_days=3)
    for name, office, unit, reader in (
        ("letter", "tangyi", POWER, "chenjing"), ("letter_answered", "tangyi", POWER, "chenjing"),
        ("letter_theirs", "wujie", LAND, "litao"),
    ):
        with clock.standing_at(START):
            letter = issuing.issue([city.organisations[unit]], actor=actor_named(office), wanted=wanted)
            receiving.open_letter(letter, actor=actor_named(reader))
            if name == "letter_answered":
                receiving.answer(letter, actor=actor_named(reader), words="已核实。")
            town |= {name: letter.id, f"{name}_code": letter.digest[:16]}
    town["power"] = city.organisations[POWER].id


def plan(town):
    """A plan of the city's centre for who has no steward."""
    with clock.standing_at(START):
        town["plan"] = steward_plans.make_plan(actor_named("wujie")).id
    town["plan_row"] = db.session.scalars(select(PlanRow.id).where(PlanRow.plan_id == town["plan"])).first()


def exported(town):
    """What dengli wants to take along, which waits for the security administrator."""
    for name in ("export", "export_again"):
        with clock.standing_at(START):
            asked = exports.ask(actor_named("dengli"), query="", scope="全部企业", count=600, reason="季度核对")
        town[name] = asked.id


def found(city, town):
    """What a special observer of the city has found, which waits for an answer."""
    for name in ("finding", "finding_again"):
        made = Finding(kind=FindingKind.APPROVAL, words="同一份证明要交两遍。", filed_at=START,
                       filed_by_id=actor_named("third").user_id, region_path=city.regions["9901"].path)
        db.session.add(made)
        db.session.commit()
        town[name] = made.id


def measures(city, town):
    """A talk, a proposed listing and a referral of the unit, a listing of another's; and what both units contest."""
    office, mayor = actor_named("hening"), actor_named("luoshizhang")
    two = {"direct": Person("甲某", "科长"), "leading": Person("乙某", "副总")}

    def propose(name, unit, kind, number="", **named):
        ticket = db.session.scalar(select(Ticket).where(Ticket.number == number))
        made = proposing.propose(city.organisations[unit], actor=office, ticket=ticket,
                                 grounds=Grounds(kind, "督办后仍不落实。", **named))
        town[name] = made.id
        return made

    with clock.standing_at(START):
        for name, unit, kind, number, named in (
            ("measure", POWER, MeasureKind.TALK, town["handling"], {}),
            ("measure_theirs", LAND, MeasureKind.LISTING, town["theirs"], {}),
            ("measure_referral", POWER, MeasureKind.REFERRAL, "", two),
        ):
            deciding.approve(propose(name, unit, kind, number, **named), actor=mayor)
        propose("measure_proposed", POWER, MeasureKind.LISTING, town["unsigned"])
        propose("measure_proposed_more", POWER, MeasureKind.LISTING)
        for ending, order, leader in (("", "order_answered", "zhoujian"), ("_theirs", "order_theirs", "gaofeng")):
            target = reconsidering.of_order(db.session.get(Supervision, town[order]))
            asked = reconsidering.request(target, actor=actor_named(leader), reasons="不属本单位责任。")
            town[f"reconsideration{ending}"] = asked.id


def post_covers(town):
    """A leader of each unit is away for two days."""
    for ending, holder, substitute in (("", "zhoujian", "chenjing"), ("_theirs", "gaofeng", "litao")):
        with clock.standing_at(START):
            post = db.session.scalars(select(Post).where(Post.user_id == actor_named(holder).user_id)).one()
            made = covers.name_substitute(post.id, actor=actor_named("security"), span=Span(UNTIL, UNTIL), reason="学习",
                                          substitute_id=actor_named(substitute).user_id)
        town[f"post_cover{ending}"] = made.id


def campaigns(town):
    """万企评机关, one in each stage; 恒轧机械 had to do with the power company and is invited."""
    steps = {"drawn": "draw", "running": "invite", "closed": "close", "frozen": "freeze", "published": "publish"}
    with clock.standing_at(NOW):
        town["campaign_draft"] = planned()
        town["campaign_object"] = objects_of(db.session.get(Campaign, town["campaign_draft"]))[0].id
        for place, wanted in enumerate(steps, start=1):
            town[f"campaign_{wanted}"] = campaign_id = planned()
            for step in [*steps.values()][:place]:
                taken(campaign_id, step, town if wanted == "running" else {})


def planned():
    office, first = actor_named("hening"), NOW.date()
    plan = Plan("万企评机关", first - timedelta(days=30), first + timedelta(days=1), first + timedelta(days=20), 50,
                dict(zip(Grade, (100, 80, 60, 30, 0), strict=True)), "20260819")
    campaign_id = planning_campaigns.create(plan, actor=office).id
    planning_campaigns.add_objects(campaign_id, actor=office, kind=ObjectKind.UNIT, peer_group="市直部门", lines=[POWER])
    return campaign_id


def taken(campaign_id, step, town):
    """The next step; the token of the text that goes to 恒轧机械 is ``ballot``."""
    told = {"address_of": lambda token: town.setdefault("ballot", token)} if step == "invite" else {}
    act = {"draw": drawing.draw, "invite": inviting.invite, "close": freezing.close, "freeze": freezing.freeze,
           "publish": freezing.publish}[step]
    act(campaign_id, actor=actor_named("luoshizhang" if step == "publish" else "hening"), **told)


def dead_letter():
    """A notice that went by text and was refused."""
    told = db.session.scalars(select(Notice).order_by(Notice.id.desc()).limit(1)).one()
    dead = Delivery(carrier=Carrier.SMS, purpose=Purpose.NOTICE, key="dead", notice_id=told.id, user_id=told.user_id,
                    recipient=PHONE, created_at=START, next_try_at=START, expires_at=START, tries=8, ended_at=START,
                    outcome=Outcome.GIVEN_UP, problem="网关拒收：40")
    db.session.add(dead)
    db.session.commit()
    return dead.id


def notice(username):
    told = Notice(user_id=actor_named(username).user_id, kind=NoticeKind.SYSTEM, subject="给你的话", words="看一下",
                  dedup_key=f"town.{username}", not_before=START, created_at=START, delivered_at=START)
    db.session.add(told)
    db.session.commit()
    return told.id
