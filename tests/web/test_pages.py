"""Every page of every role, as a desk and as a phone show it: accessible, within its width, true to the house rules."""

import re
from collections import defaultdict
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from models.access import Post, Role, User
from models.base import db
from models.clocks import PolicyDraft
from models.correspondence import Broadcast
from models.counted_follow_ups import CountedFollowUp
from models.deliveries import Delivery
from models.directory import Claim, Enterprise, FactRequest, Handover, PlanRow, StewardPlan
from models.engagement import Interaction
from models.letters import Letter
from models.measures import Measure, Reconsideration
from models.rectifications import Rectification
from models.refusals import Refusal
from models.supervision import Level, Supervision
from models.tickets import IS_DEMAND, Act, Proposal, Status, Ticket
from models.unreasonable import UnreasonableFinding
from operations.access import desks, duty_scope, scope
from operations.access.letter_scope import letter_scope
from operations.access.measure_scope import measure_scope, visible_reconsiderations
from operations.access.people import actor_named
from operations.access.rectification_scope import own_proxies, visible_rectifications
from operations.access.refusal_scope import visible_refusals
from operations.clocks import calendar_drafts, drafts, rulebook, shanghai
from operations.clocks.changes import DayChange
from operations.demo import city, suburbs
from operations.directory import merging, ownership_claims, particulars, public_codes, steward_plans
from operations.errors import DomainError
from operations.tickets import workflow
from operations.tickets.advance import may
from tests.shared import IS_DRILL
from tests.web import rules
from views.tickets.acts import ACTS

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")

WIDTHS = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
# Pages that say no, and how.
ODD = {"/r/no-such-token": 404, "/c/no-such-token": 404, "/my/nowhere": 404}
# What is no page of its own, and what another test of these walks through.
ELSEWHERE = {
    "cards.card", "exports.show", "findings.show", "enterprises.claim", "enterprises.project", "enterprises.unmerge",
    "claiming.applicant", "claiming.code", "claiming.done", "joining.join", "catalogue_files.template",
    "proving.go_on", "passwords.choose", "appointments.dismiss", "organisations.names",
    "health.live", "health.ready", "metrics",
    "static", "home.index", "account.text_size", "attachments.download", "calendar.index", "desk.suggest",
    "imports.ask_progress", "imports.download_bad_rows", "imports.show", "imports.template", "imports.undo",
    "calendar.draft", "policies.draft", "portal.add_to_rating", "public.thanks", "desk_codes.print_cards",
    "tickets.contact_number", "tickets.enter_rating", "tickets.name_accused", "tickets.proxy", "two_step.enter",
    "two_step.set_up",
    "at_window.kiosk", "at_window.rate", "at_window.rate_case", "at_window.reasons", "hall.match", "hall.show",
    "portal.check", "portal.done", "portal.new", "portal.step", "search.region_names", "search.suggest",
    "search.unit_names", "stewards.names",
    "campaigns.file", "results.file",
    "letters.file", "letters.notice", "letters.print_list", "letters.slip", "portal.supplement_notice",
    "refusals.form_file", "supervisions.answer", "tickets.act", "watch.new", "measures.record", "registers.home",
}
ON_PHONES = (None, "hengzha", "jinxiu", "luyao", "yunqi")
SMALLEST = {"width": 320, "height": 700}
# Numbers in addresses; and the kinds of page that axe has looked at, at the width that the role uses: `make drill`
# shows it every page of every role at both widths.
NAMED, ACT = re.compile(r"(ZQ-)?\d[\d-]*"), re.compile("(?<=^/tickets/#)/.+$")  # the acts' pages are of one template
SEEN = set()

# Who looks at what; {names} are found in the life by `addresses`.
PAGES = {
    None: ("/login", "/claim", "/verify", "/verify/ZQ-2026-08-0000000", "/verify/letter", "/r/thanks",
           "/r/no-such-token", "/c/no-such-token", "/c/thanks", "/results", "/results/1", "/kiosk/bind", "/kiosk/done",
           "/password/forgotten", "/password/asked"),
    "hengzha": (
        "/my", "/my/tickets", "/my/tickets?view=closed", "/my/tickets/{handling}", "/my/tickets/{handling}/receipt",
        "/my/tickets/{handling}/message", "/my/tickets/{handling}/withdraw", "/notices", "/account",
        "/account/password", "/claim/progress", "/feedback", "/my/nowhere", "/my/tickets/{closed}",
        "/my/meetings", "/my/messages", "/my/broadcasts", "/my/members", "/my/campaigns",
        "/my/members/{member}/role", "/my/members/{member}/end",
        "/my/profile", "/my/profile/{enterprise}/edit", "/my/profile/{enterprise}/numbers",
    ),
    "yunqi": (
        "/my/tickets/{proxy}",
        "/my", "/my/tickets/{followed_up}", "/my/tickets/{followed_up}/rate", "/my/tickets/{awaiting_supplement}",
        "/my/tickets/{awaiting_supplement}/add",
    ),
    "liumin": (
        "/desk", "/desk?show=red", "/desk?tab=all", "/log/new", "/tickets", "/enterprises", "/enterprises/{enterprise}",
        "/enterprises/{enterprise}?tab=timeline", "/enterprises/{enterprise}/code",
        "/enterprises/bulk/tag?everything=1",
        "/enterprises/{enterprise}/demand", "/tickets/{submitted}", "/notices", "/search", "/search?q=2607",
        "/search/stewards/{steward}", "/visits", "/visits/{enterprise}/plan", "/meetings/1",
        "/account", "/account/notices", "/account/sessions", "/account/two-step",
        "/account/prove", "/feedback", "/claims", "/claims/{claim}", "/interactions",
        "/messages",
        "/interactions/{talk}/ticket", "/enterprises/{enterprise}/messages", "/broadcasts", "/broadcasts/new",
        "/broadcasts/{broadcast}",
    ),
    "linfang": ("/desk-codes/cases",),
    "chenjing": ("/work", "/supervisions", "/supervisions?tab=ended", "/tickets?view=closed", "/tickets/{handling}"),
    "zhaoguoqiang": ("/work", "/sign-offs", "/sign-offs/{proposal}", "/supervisions?tab=reminders",
                     "/rectifications/{of_a_case}",
                     "/sign-offs/grant?pick={proposal}", "/measures/{measure}/reconsideration",
                     "/supervisions/{order}/reconsideration"),
    "wujie": (
        "/dispatch", "/dispatch?show=returned", "/catalogue", "/catalogue/1", "/catalogue/lacking", "/catalogue/new",
        "/catalogue/import", "/catalogue/1/edit", "/rulings/cases/{handling}",
        "/desk-codes", "/rating-tags", "/rating-tags?occasion=window", "/rating-tags/online/dissatisfied",
        "/watch", "/tickets", "/tickets/{late}", "/tickets/{late}?tab=demand",
        "/tickets/{late}?tab=files", "/tickets/{late}?tab=work", "/tickets/{late}?tab=orders",
        "/tickets/{closed}?tab=outcome", "/tickets/{merged}", "/sign-offs",
        "/meetings", "/meetings?show=held", "/meetings/1", "/meetings/new", "/meetings/2/problems/new",
        "/meetings/2/minutes", "/meetings/1/decisions/new",
        "/meetings/2/cancel", "/walkthroughs/problems/1/ticket",
    ),
    "xuhui": (
        "/follow-ups", "/follow-ups?show=red", "/follow-ups/counted", "/follow-ups/counted/{counted}",
        "/steward-plans", "/steward-plans/{plan}",
        "/steward-plans/rows/{plan_row}",
    ),
    "wangqiang": ("/desk", "/handovers", "/handovers/{handover}", "/handovers/new"),
    "tangyi": (
        "/stewards", "/stewards/{steward}", "/stewards/{steward}/cover", "/stewards/{steward}/leave",
        "/stewards/vacant", "/stewards/assign?pick={enterprise}",
    ),
    "hening": (
        "/watch", "/watch?level=second&level=first", "/watch?receipt=unopened", "/supervisions/{order}", "/sign-offs",
        "/watch/supervise?pick={order}", "/watch/talk?pick={order}", "/supervisions/{order}/reject",
        "/supervisions/{order}/call", "/exports/new/supervisions",
        "/brief", "/refusals", "/refusals/figures", "/refusals/{refusal}", "/refusals/{refusal}/form",
        "/refusals/{refusing}/review",
        "/rulings", "/rulings/1", "/returns", "/returns/figures", "/suggestions", "/suggestions/figures",
        "/measures", "/measures/figures", "/measures/new", "/measures/{measure}", "/reconsiderations",
        "/reconsiderations/{reconsideration}",
        "/registers/extensions", "/registers/ledger/figures", "/registers/instructions", "/registers/consultations",
        "/registers/results/figures",
        "/letters", "/letters?state=unopened", "/letters/{letter}", "/letters/new", "/letters/new?pick={order}",
        "/letters/templates", "/letters/templates/supervision",
        "/campaigns", "/campaigns/new", "/campaigns/1", "/campaigns/2", "/campaigns/2/draw", "/campaigns/1/words",
        "/rectifications", "/rectifications/1", "/rectifications/anonymous",
        "/follow-ups/plans", "/follow-ups/plans/new", "/follow-ups/plans/1",
        "/unreasonable", "/unreasonable/{finding}", "/follow-ups/coverage", "/follow-ups/coverage?by=unit",
        "/follow-ups/coverage?kind=counted", "/follow-ups/coverage/tickets?kind=counted",
        "/follow-ups/plans/1?kind=counted",
        "/follow-ups/coverage/tickets?show=called",
        "/ratings?period=2026", "/ratings/valid?period=2026",
        "/ratings/completeness?period=2026", "/ratings/completeness/finished?period=2026",
        "/figures?period=2026", "/figures/finished/whole?period=2026",
        "/coverage", "/coverage?by=person", "/filling", "/filling/{filling}", "/filling/{filling}/enterprises",
    ),
    "luoshizhang": (
        "/brief", "/watch", "/tickets", "/visits/new", "/walkthroughs", "/walkthroughs/2", "/walkthroughs/new?again=1",
        "/measures/{proposed}", "/measures/board",
    ),
    "luyao": ("/refusals/{refusing}",),
    "yangfan": ("/refusals/{refusing}",),
    "jinxiu": ("/my/tickets/{refused}",),
    "hejun": ("/imports", "/imports/new", "/hall", "/hall/new"),
    "qianwei": (
        "/watch", "/tickets", "/measures/{referral}", "/monitor", "/monitor/same-text", "/monitor/last-minute/evidence",
    ),
    "dengli": (
        "/enterprises?region=9901&quiet=30", "/enterprises/{enterprise}", "/enterprises/{enterprise}/edit",
        "/enterprises/{enterprise}/suspend", "/enterprises/{enterprise}/merge",
        "/enterprises/{enterprise}/contacts/new", "/enterprises/{enterprise}/projects/new",
        "/enterprises/{enterprise}/number",
        "/enterprises/claims", "/enterprises/claims/new", "/fact-requests", "/fact-requests/{fact_request}",
    ),
    "gulan": ("/findings", "/findings/new"),
    "security": ("/calendar/2026", "/calendar/2027", "/calendar/2027/confirm", "/calendar/change", "/cadence",
                 "/cadence/new", "/cadence/key-projects/change", "/cadence/key-projects/end", "/exports",
                 "/post-covers", "/post-covers/new", "/policies", "/policies/new", "/accounts", "/accounts?q=liumin",
                 "/accounts/1", "/accounts/4/appoint", "/appointments"),
    "admin": ("/accounts/new", "/accounts/4", "/appointments", "/organisations", "/organisations?q=none",
              "/organisations/new", "/organisations/1", "/operations",
              "/jobs", "/jobs?job=sweep", "/jobs/clock", "/regions", "/regions?at=9901", "/regions/import",
              "/deliveries", "/deliveries?show=all", "/deliveries/{delivery}"),
    "audit": ("/audit",),
}
LARGE = {
    "hengzha": ("/my", "/my/tickets/new/1", "/my/tickets/{handling}"),
    "liumin": ("/desk", "/tickets", "/log/new", "/tickets/{submitted}"),
    "hening": ("/watch", "/supervisions/{order}", "/brief", "/refusals/{refusing}", "/refusals/{refusing}/review"),
    "wujie": ("/dispatch", "/tickets/{late}", "/tickets/{late}/transfer", "/suggestions/figures"),
    "security": ("/policies",),
    "dengli": ("/enterprises/{enterprise}/number",),
}
STAGES = {
    "intake": (
        Act.REQUEST_SUPPLEMENT, Act.SUPPLEMENT, Act.ACCEPT, Act.ANSWER, Act.DISPATCH, Act.MERGE, Act.UNMERGE, Act.NOTE
    ),
    "handling": (
        Act.SIGN, Act.CONTACT, Act.PROPOSE_SEND_BACK, Act.REQUEST_EXTENSION, Act.PROPOSE_LEDGER, Act.PROPOSE_STRIKE_OFF,
        Act.REPORT_ASSISTANCE, Act.PROPOSE_RESULT, Act.ANSWER_INSTRUCTION, Act.REPORT_REFUSAL,
    ),
    "beside": (
        Act.TRANSFER, Act.CONSULT, Act.WAIVE_ASSISTANCE, Act.REPLY, Act.FOLLOW_UP, Act.REOPEN, Act.INSTRUCT, Act.REMIND,
        Act.SUPERVISE, Act.MESSAGE, Act.ACCEPT_INSTRUCTION, Act.RETURN_INSTRUCTION,
    ),
}


@pytest.mark.parametrize("username", PAGES)
def test_pages_keep_the_rules(username, life, visit):
    visitor = visit(username, path="")
    paths = addresses(life, username, PAGES[username])
    assert faults_of(visitor, paths, used_on="phone" if username in ON_PHONES else "desk") == {}


@pytest.mark.parametrize("stage", STAGES)
def test_the_page_of_every_act_keeps_the_rules(stage, life, visit):
    faults = {}
    for username, paths in whoever_may(life, STAGES[stage]).items():
        faults |= faults_of(visit(username, path=""), paths)
    assert faults == {}


@pytest.mark.parametrize("username", LARGE)
def test_large_text_fits(username, life, visit):
    visitor = visit(username, path="")
    visitor.opens("/text-size?size=xlarge&next=/account")
    faults = {}
    for path in addresses(life, username, LARGE[username]):
        visitor.opens(path)
        for name, size in WIDTHS.items():
            visitor.page.set_viewport_size(size)
            # The colours are those of every size, and larger text needs less contrast; on a desk there is room.
            axe = rules.axe(visitor.page, contrast=False) if name == "phone" else []
            note(faults, f"{path} {name}", [*rules.fit(visitor.page), *axe])
    assert faults == {}


def test_raising_a_demand_keeps_the_rules_at_each_step(life, visit):
    member, faults = visit("hengzha", path="", phone=True), {}
    member.opens("/my/tickets/new/1")
    steps = (("写问题", ("求助", "水电气暖")), ("材料", ("影响生产",)), ("核对", ()))
    words = {"一句话说清楚": "厂区外接线路迟迟未送电", "具体情况": "四月就报了外线申请。", "联系电话": "13800002607"}
    for button, choices in steps:
        for label in words if button == "核对" else ():
            member.page.get_by_label(label).count() and member.page.get_by_label(label).fill("")
        member.presses(button)
        look(member, f"errors before {button}", faults)
        for label in choices:
            member.page.get_by_label(label).check()
        for label, text in words.items():
            member.page.get_by_label(label).count() and member.page.get_by_label(label).fill(text)
        member.presses(button)
    look(member, "check", faults)
    member.presses("提交诉求")
    look(member, "receipt", faults)
    assert faults == {}


def test_what_hangs_on_an_enterprise_keeps_the_rules(life, visit):
    with life.hours():
        firm = db.session.scalars(select(Enterprise).where(Enterprise.short_name == "恒轧机械")).one()
        owner, clerk = actor_named("dengli"), actor_named("wujie")
        twin = Enterprise(name="恒轧机械（重复）", region_id=firm.region_id, owner_unit_id=firm.owner_unit_id)
        db.session.add(twin)
        db.session.flush()
        project = particulars.add_project(firm, actor=owner, plan=particulars.Plan("二期厂房"))
        merging.merge_enterprises(twin, actor=clerk, into=firm, reason="重复登记")
        owning = ownership_claims.claim_ownership(firm, actor=actor_named("fangming"), reason="属地企业")
        code = public_codes.give_code(firm, actor=clerk)
        paths = {
            "dengli": f"/enterprises/{firm.id}/projects/{project.id}", "wujie": f"/enterprises/claims/{owning.id}",
            "hening": f"/enterprises/{twin.id}/unmerge", None: f"/e/{code}",
        }
    assert {path: faults for who, path in paths.items() if (faults := faults_of(visit(who), [path]))} == {}


def test_a_change_of_the_rules_and_one_of_the_calendar_keep_the_rules(life, visit):
    with life.hours():
        draft = drafts.waiting(PolicyDraft)
        assert draft is not None
        off = next(day for day in (shanghai.today() + timedelta(days=ahead) for ahead in range(1, 12))
                   if rulebook.current().calendar.is_working_day(day))
        day_off = calendar_drafts.propose(DayChange(off, False, "台风停工"), actor=actor_named("security"))
        paths = [f"/policies/{draft.id}", f"/calendar/drafts/{day_off.id}", f"/calendar/{off.year}"]
    assert {who: faults for who in ("hening", "security") if (faults := faults_of(visit(who, path=""), paths))} == {}


def test_the_second_step_keeps_the_rules_from_setting_up_to_signing_in(life, visit):
    visitor, faults = visit("liumin", path="/account/two-step", phone=True), {}
    visitor.presses("开始设置")
    secret = visitor.page.locator("main code").inner_text().replace(" ", "")
    visitor.presses("启用")
    look(visitor, "setting up, with an error", faults)
    app = pyotp.TOTP(secret)
    enter(visitor, app.at(int(life.now.timestamp())))
    visitor.sees("保存备用码")
    look(visitor, "the codes", faults)
    visitor.page.context.clear_cookies()
    visitor.opens("/login?next=/desk")
    visitor.page.get_by_label("用户名").fill("liumin")
    visitor.page.get_by_label("密码").fill(city.PASSWORD)
    visitor.presses("登录")
    visitor.page.get_by_label("动态码").wait_for()
    look(visitor, "the code", faults)
    enter(visitor, app.at(int(life.now.timestamp()), counter_offset=1))
    assert visitor.page.url.endswith("/desk") and faults == {}


def enter(visitor, code):
    """By the keyboard alone."""
    visitor.page.get_by_label("动态码").fill(code)
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")


def test_a_rating_link_is_anybodys_once(life, visit):
    clerk, citizen, faults = visit("xuhui", path=""), visit(phone=True), {}
    clerk.opens(*addresses(life, "xuhui", ["/tickets/{followed_up}"]))
    clerk.presses("评价链接")
    path = re.search(r"/r/[\w-]{20,}", clerk.page.locator("main").inner_text()).group()
    look(clerk, "the link", faults)
    citizen.opens(path)
    look(citizen, "rating by link", faults)
    citizen.page.get_by_label(re.compile("^不满意")).check()
    citizen.page.get_by_label("时间太长").check()
    citizen.presses("提交评价")
    citizen.sees("谢谢")
    assert citizen.opens(path) == 404 and faults == {}


def test_no_act_is_forgotten(engine_name):
    assert set(ACTS) == {act for acts in STAGES.values() for act in acts}


def test_no_page_is_forgotten(app):
    known = defaultdict(lambda: 1, {name: "ZQ-2026-08-0000000" for name in ("late", *Status)})
    known["proxy"] = "ZG-2026-08-0000000"
    router = app.url_map.bind("")
    paths = {path.format_map(known).partition("?")[0] for path in set().union(*PAGES.values())} - {"/my/nowhere"}
    looked_at = {router.match(path)[0] for path in paths}
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert pages - looked_at == ELSEWHERE


def faults_of(visitor, paths, *, used_on="desk"):
    """Faults of each page, at each width; see SEEN for what is not looked at again."""
    faults, page = {}, visitor.page
    for path in paths:
        page.set_viewport_size(WIDTHS["desk"])
        status = visitor.opens(path)
        arrived = status == ODD.get(path, 200) and page.url.endswith(path)
        note(faults, path, [] if arrived else [f"{status} at {page.url}"])
        look(visitor, path, faults, used_on=used_on)
    return faults


def look(visitor, path, faults, *, used_on="phone"):
    page, kind = visitor.page, ACT.sub("/act", NAMED.sub("#", path))
    note(faults, path, rules.house(page))
    for name, size in WIDTHS.items():
        page.set_viewport_size(size)
        is_main, is_new = name == used_on, kind not in SEEN
        with_axe = IS_DRILL or (is_main and is_new)
        axe = rules.axe(page, contrast=is_main, targets=name == "phone") if with_axe else []
        note(faults, f"{path} {name}", [*rules.fit(page), *axe])
    SEEN.add(kind)
    page.set_viewport_size(SMALLEST)
    note(faults, f"{path} 320 px", rules.fit(page))


def note(faults, where, found):
    if found:
        faults.setdefault(where, []).extend(found)


def addresses(life, username, paths):
    """The paths with what this person may open for the names in them: {handling} is a ticket of that status."""
    with life.hours():
        return [path.format_map(Findings(actor_named(username))) if username else path for path in paths]


class Findings(dict):
    def __init__(self, actor):
        self.actor = actor

    def __missing__(self, name):
        tickets = scope.own_tickets if self.actor.holds(Role.ENTERPRISE_MEMBER) else scope.visible_tickets
        found = {
            "enterprise": lambda: scope.visible_enterprises(self.actor).with_only_columns(Enterprise.id),
            "claim": lambda: desks.visible_claims(self.actor).with_only_columns(Claim.id),
            "fact_request": lambda: desks.visible_fact_requests(self.actor).with_only_columns(FactRequest.id),
            "plan": lambda: steward_plans.plans_of(self.actor).with_only_columns(StewardPlan.id),
            "plan_row": lambda: select(PlanRow.id).where(PlanRow.corrected_by_id.is_(None)),
            "handover": lambda: duty_scope.visible_handovers(self.actor).with_only_columns(Handover.id),
            "steward": lambda: select(User.id).where(
                User.id == self.actor.user_id if self.actor.holds(Role.STEWARD)
                else duty_scope.steward_scope(self.actor)
            ),
            "proposal": lambda: scope.visible_proposals(self.actor).with_only_columns(Proposal.id),
            "talk": lambda: scope.visible_interactions(self.actor).with_only_columns(Interaction.id),
            "broadcast": lambda: select(Broadcast.id).where(Broadcast.author_id == self.actor.user_id),
            "order": lambda: select(Supervision.id).where(
                scope.supervision_scope(self.actor), Supervision.ended_at.is_(None), Supervision.level == Level.SECOND
            ),
            "filling": lambda: select(Enterprise.owner_unit_id).where(Enterprise.owner_unit_id.is_not(None)),
            "member": lambda: select(Post.id).where(Post.user_id == self.actor.user_id),
            "measure": lambda: select(Measure.id).where(measure_scope(self.actor)).order_by(Measure.id),
            "proposed": lambda: select(Measure.id).where(measure_scope(self.actor), Measure.decision.is_(None)),
            "referral": lambda: select(Measure.id).where(measure_scope(self.actor), Measure.kind == "referral"),
            "reconsideration": lambda: visible_reconsiderations(self.actor).with_only_columns(Reconsideration.id),
            "delivery": lambda: select(Delivery.id).where(Delivery.tries > 0),
            "letter": lambda: select(Letter.id).where(letter_scope(self.actor)).order_by(Letter.id.desc()),
            "refusal": lambda: visible_refusals(self.actor).with_only_columns(Refusal.id),
            "refusing": lambda: visible_refusals(self.actor).where(Refusal.ended_at.is_(None)).with_only_columns(
                Refusal.id
            ),
            "counted": lambda: select(CountedFollowUp.counted_case_id),
            "proxy": lambda: own_proxies(self.actor).with_only_columns(Ticket.number),
            "of_a_case": lambda: visible_rectifications(self.actor).with_only_columns(Rectification.id),
            "finding": lambda: select(UnreasonableFinding.id).where(UnreasonableFinding.decided_at.is_(None)),
            "late": lambda: tickets(self.actor)
            .where(Ticket.rung == Level.SECOND.rung)
            .with_only_columns(Ticket.number),
        }.get(name, lambda: tickets(self.actor).where(Ticket.status == Status(name)).with_only_columns(Ticket.number))
        return db.session.scalars(found().limit(1)).one()


def whoever_may(life, acts):
    """For every act somebody who may do it now, and the address where: {username: [path]}."""
    paths = {}
    with life.hours():
        tickets = db.session.scalars(select(Ticket).where(IS_DEMAND).order_by(Ticket.id.desc())).all()
        for act in acts:
            username, number = first_who_may(act, tickets)
            paths.setdefault(username, []).append(f"/tickets/{number}/{act.value.replace('_', '-')}")
    return paths


def first_who_may(act, tickets):
    roles = {role for step in workflow.STEPS if step.act is act for role in step.roles}
    names = [name for name, _, role, *_ in (*city.PEOPLE, *suburbs.PEOPLE) if role in roles]
    for name in names:
        actor = actor_named(name)
        for ticket in tickets:
            try:
                may(ticket, act, actor)
            except DomainError:
                continue
            return name, ticket.number
    raise LookupError(f"nobody in this life can {act}")
