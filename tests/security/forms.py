"""Every form of the site, filled in as it should be: who sends it, where, and what they write.

``TEXT`` stands for what somebody types freely. The names in addresses are those of town.py.
"""

from dataclasses import dataclass, field

from operations.tickets.categories import NAMES
from tests import importing
from tests.lives import LAND, POWER
from tests.security.caller import Upload
from tests.security.town import PHONE

TEXT = "这里写了几句话"
CATEGORY = NAMES[0]
# What somebody typed into a cell comes back on the page of bad rows.
SHEET = importing.workbook([importing.firm(5, 填报类别="重点项目"), importing.firm(6, 联系电话=f"<evil-tag>{TEXT}")])
CSV = f"统一社会信用代码,企业名称,所属区划\n123,<evil-tag>{TEXT},没有的镇\n".encode("gb18030")
ROUTES = f"事项类别,区域,主办单位,法律或职责依据\n<evil-tag>{TEXT},9901,{LAND},{TEXT}\n坏<evil-tag>,没有,{TEXT},x\n".encode("gb18030")
PLACES = f"代码,名称,级别,上级代码\n990188,<evil-tag>{TEXT},县(区),9901\n1,坏<evil-tag>,区,9901\n".encode("gb18030")


@dataclass(frozen=True, slots=True)
class Filled:
    """``fields`` are changes to the page's own form; ``page`` is where it is printed, the address itself as a rule."""

    username: str
    path: str
    fields: dict = field(default_factory=dict)
    page: str = ""

    @property
    def texts(self):
        """The fields into which anything may be typed."""
        return [name for name, value in self.fields.items() if TEXT in value]


FORMS = (
    Filled("hening", "/supervisions/{order_answered}/reject", {"reason": TEXT}, "/supervisions/{order_answered}"),
    Filled("hengzha", "/my/tickets/new/1", {"kind": "help", "category": CATEGORY}),
    Filled("hengzha", "/my/tickets/new/2?draft={draft}", {"subject": TEXT, "content": TEXT, "urgency": "ordinary"}),
    Filled("hengzha", "/my/tickets/new/3?draft={draft}", {"contact_name": TEXT, "contact_phone": PHONE}),
    Filled("hengzha", "/my/tickets/{waiting}/add", {"text": TEXT}),
    Filled("hengzha", "/my/tickets/{handling}/message", {"words": TEXT}),
    Filled("hengzha", "/my/tickets/{closed}/rate/add", {"words": TEXT}),
    Filled("hengzha", "/my/tickets/{closed}/reopen", {"reason": TEXT}),
    Filled("hengzha", "/my/tickets/{followed}/rate", {
        "grade": "dissatisfied", "tags": "其他", "words": TEXT, "named": "yes",
    }),
    Filled("-", "/r/thanks/{addition}", {"words": TEXT}),
    Filled("wujie", "/tickets/{complaint}/accused", {"name-unit": LAND}),
    Filled("-", "/w/{case_link}", {"grade": "dissatisfied", "tags": "其他", "words": TEXT, "named": "no"}),
    Filled("-", "/d/{desk}", {"number": "A002", "grade": "dissatisfied", "tags": "其他", "words": TEXT, "named": "yes"}),
    Filled("dengli", "/hall/new", {"code": "another", "name": TEXT}),
    Filled("dengli", "/hall/codes/{hall_code}", {"target": "云州市住房和城乡建设局"}),
    Filled("wujie", "/desk-codes/kiosks", {"kiosk-window": "{window}", "kiosk-place": TEXT}, "/desk-codes"),
    Filled("wujie", "/rating-tags/online/dissatisfied", {
        "tags": f"{TEXT}\n其他", "effective_on": "2027-01-04", "reason": TEXT,
    }),
    Filled("security", "/accounts/{account}/two-step/reset", {"reset-reason": TEXT}, "/accounts/{account}"),
    Filled("-", "/password/forgotten", {"username": TEXT}),
    Filled("admin", "/accounts/new", {"name": TEXT, "username": "zhangsan", "mobile": PHONE, "email": TEXT}),
    Filled("admin", "/accounts/{account}/close", {"switch-reason": TEXT}, "/accounts/{account}"),
    Filled("security", "/accounts/{account}/appoint", {
        "role": "case_officer", "unit": "云州市财政局", "title": TEXT, "rank": "9", "reason": TEXT,
    }),
    Filled("security", "/appointments/posts/{held_post}/dismiss", {"reason": TEXT}),
    Filled("admin", "/organisations/new", {"name": TEXT, "short_name": TEXT, "kind": "window", "line": "",
                                           "region": "9901", "above": "云州市自然资源局"}),
    Filled("admin", "/organisations/{organisation}", {"name": TEXT, "short_name": TEXT, "kind": "bureau", "line": "",
                                                      "region": "9901", "above": ""}),
    Filled("hengzha", "/feedback", {"words": TEXT}),
    Filled("hengzha", "/my/profile/{enterprise}/edit", {"address": TEXT, "contact_name": TEXT}),
    Filled("dengli", "/fact-requests/{fact_request}/confirm", {"confirm-reason": TEXT},
           "/fact-requests/{fact_request}"),
    Filled("wujie", "/fact-requests/{fact_request_theirs}/refuse", {"refuse-reason": TEXT},
           "/fact-requests/{fact_request_theirs}"),
    Filled("hengzha", "/account", {"size": "large"}),
    Filled("liumin", "/account/notices", {"email": "liumin@yunzhou.example", "opens": "540", "closes": "720"}),
    Filled("liumin", "/log/new", {"enterprise": "云州恒轧机械有限公司", "kind": "phone", "content": TEXT * 4}),
    Filled("liumin", "/interactions/{talk}/ticket", {"subject": TEXT, "kind": "help"}),
    Filled("liumin", "/enterprises/{enterprise}/messages", {"body": TEXT}),
    Filled("liumin", "/broadcasts/new", {"title": TEXT, "body": TEXT, "category": "", "region": "", "tag": ""}),
    Filled("liumin", "/broadcasts/new", {"title": TEXT, "body": TEXT, "region": "", "tag": "", "step": "send"}),
    Filled("hengzha", "/my/messages/{enterprise}", {"body": TEXT}),
    Filled("liumin", "/enterprises/{enterprise}/demand", {
        "subject": TEXT, "content": TEXT, "kind": "help", "urgency": "ordinary", "channel": "steward",
        "contact_name": TEXT, "contact_phone": PHONE, "category": CATEGORY, "has_seen_similar": "y"}),
    Filled("hening", "/watch/talk?pick={order_answered}", {"reason": TEXT}),
    Filled("liumin", "/tickets/{submitted}/accept", {"category": TEXT, "difficulty": "ordinary"}),
    Filled("liumin", "/tickets/{question}/answer", {"text": TEXT}),
    Filled("liumin", "/tickets/{coordinating}/dispatch", {"lead": LAND, "basis": TEXT}),
    Filled("liumin", "/tickets/{handled}/reply", {"method": "phone", "text": TEXT, "first_answer": TEXT}),
    Filled("liumin", "/tickets/{handling}/remind", {"words": TEXT}),
    Filled("chenjing", "/tickets/{unsigned}/sign"),
    Filled("chenjing", "/tickets/{unsigned}/contact", {"method": "电话", "words": TEXT}),
    Filled("chenjing", "/tickets/{handling}/propose-send-back", {"reason": TEXT, "law": TEXT, "article": TEXT}),
    Filled("chenjing", "/tickets/{handling}/note", {"words": TEXT}),
    Filled("chenjing", "/tickets/{handling}/say", {"words": TEXT, "kind": "note"}, "/tickets/{handling}"),
    Filled("chenjing", "/tickets/{unsigned}/propose-result", {
        "result_kind": "solved", "reason": "送电一直没有消息，是因为线路改道。" + TEXT, "next_step": TEXT}),
    Filled("litao", "/supervisions/{order_theirs}/answer", {"words": TEXT}),
    Filled("sunyue", "/tickets/{handling}/report-assistance", {"report": TEXT}),
    Filled("zhoujian", "/tickets/{handling}/propose-ledger", {
        "ledger_class": "funds", "until": "2026-09-14", "reason": TEXT}),
    Filled("zhoujian", "/tickets/{rested}/propose-strike-off", {"reason": TEXT}),
    Filled("zhoujian", "/tickets/{handling}/answer-instruction", {"instruction_id": "{instruction}", "words": TEXT}),
    Filled("zhoujian", "/sign-offs/{proposal}/decline", {"decline-words": TEXT}, "/sign-offs/{proposal}"),
    Filled("wujie", "/tickets/{handling}/consult", {
        "units-0": LAND, "held_on": "2026-08-19", "outcome": TEXT, "decisions-0-unit": LAND, "decisions-0-duty": TEXT,
        "decisions-0-due_on": "2026-12-30"}),
    Filled("hening", "/sign-offs/grant?pick={proposal_supervisor}", {"words": TEXT}),
    Filled("wujie", "/sign-offs/{proposal_clerk}/grant", {"grant-words": TEXT}, "/sign-offs/{proposal_clerk}"),
    Filled("wujie", "/tickets/{fresh}/request-supplement", {"missing": TEXT}),
    Filled("wujie", "/tickets/{replied}/follow-up", {
        "was_reached": "yes", "is_solved": "yes", "is_satisfied": "yes", "words": TEXT}),
    Filled("wujie", "/tickets/{merged}/unmerge", {"reason": TEXT}),
    Filled("wujie", "/tickets/{handling}/transfer", {"lead": LAND, "reason": TEXT}),
    Filled("wujie", "/stewards/{steward}/cover", {
        "substitute": "third", "starts_on": "2026-09-14", "ends_on": "2026-09-15", "reason": TEXT}),
    Filled("wujie", "/steward-plans/rows/{plan_row}", {"steward": "third"}),
    Filled("liumin", "/handovers/new?steward={steward}", {"receiver": "third", "reason": TEXT, "whole": "all"}),
    Filled("wangqiang", "/handovers/{handover}/decline", {"words": TEXT}, "/handovers/{handover}"),
    Filled("wujie", "/handovers/{handover_theirs}/cancel", {"words": TEXT}, "/handovers/{handover_theirs}"),
    Filled("hening", "/supervisions/{order_theirs}/call", {
        "called_id": "", "name": TEXT, "number": PHONE, "called_at": "2026-08-19T09:30", "outcome": "reached",
        "words": TEXT}),
    Filled("hening", "/tickets/{theirs}/supervise", {"reason": TEXT}),
    Filled("hening", "/watch/remind?pick={order}", {"words": TEXT}),
    Filled("hening", "/watch/supervise?pick={order}", {"reason": TEXT}),
    Filled("chenjing", "/tickets/{refusable}/report-refusal", {
        "kind": "other", "grounds": TEXT, "articles": TEXT, "alternatives": TEXT, "was_noticed": "y"}),
    Filled("hening", "/refusals/{refusal_more}/members", {
        "seats-members-0-house": "市人社局", "seats-members-0-name": "杨帆"}, "/refusals/{refusal_more}/review"),
    Filled("sunyue", "/refusals/{refusal_more}/opinion", {"opinion-opinion": "revoked", "opinion-words": TEXT},
           "/refusals/{refusal_more}"),
    Filled("zhoujian", "/refusals/{refusal}/endorse", {"endorse-words": TEXT}, "/refusals/{refusal}"),
    Filled("zhoujian", "/refusals/{refusal_more}/order", {"order-words": TEXT}, "/refusals/{refusal_more}"),
    Filled("hening", "/refusals/{refusal}/review", {"verdict": "revoked", "words": TEXT}),
    Filled("wujie", "/tickets/{argued}/dispatch", {
        "lead": LAND, "basis": TEXT, "is_ruling": "y", "ruling_words": TEXT}),
    Filled("wujie", "/catalogue/new", {
        "category": TEXT, "region_id": "{region}", "lead": LAND, "assisting-0": POWER, "basis": TEXT, "reason": TEXT}),
    Filled("wujie", "/catalogue/import", {"file": Upload("目录.csv", ROUTES)}),
    Filled("wujie", "/catalogue/{entry}/edit", {"lead": LAND, "basis": TEXT, "reason": TEXT}),
    Filled("wujie", "/catalogue/{entry_elsewhere}/end", {"reason": TEXT}, "/catalogue/{entry_elsewhere}"),
    Filled("security", "/post-covers/new", {
        "holder": "高峰", "substitute": "李涛", "starts_on": "2026-09-14", "ends_on": "2026-09-15", "reason": TEXT}),
    Filled("hening", "/measures/new", {"kind": "listing", "unit": LAND, "reason": TEXT}),
    Filled("hening", "/measures/new", {
        "kind": "referral", "unit": LAND, "reason": TEXT, "direct_name": TEXT, "direct_title": TEXT,
        "leading_name": TEXT + "乙", "leading_title": TEXT}),
    Filled("luoshizhang", "/measures/{measure_proposed}/approve", {"approve-words": TEXT},
           "/measures/{measure_proposed}"),
    Filled("luoshizhang", "/measures/{measure_proposed_more}/decline", {"decline-words": TEXT},
           "/measures/{measure_proposed_more}"),
    Filled("hening", "/measures/{measure}/record", {
        "held_on": "2026-08-19", "place": TEXT, "participants": TEXT, "words": TEXT, "commitments-0-words": TEXT,
        "commitments-0-due_on": "2026-08-31"}),
    Filled("zhoujian", "/measures/{measure}/progress", {"progress-words": TEXT}, "/measures/{measure}"),
    Filled("hening", "/measures/{measure_theirs}/take-down", {"take-down-words": TEXT}, "/measures/{measure_theirs}"),
    Filled("qianwei", "/measures/{measure_referral}/feed-back", {"feed-back-words": TEXT},
           "/measures/{measure_referral}"),
    Filled("zhoujian", "/measures/{measure}/reconsideration", {"reasons": TEXT}),
    Filled("zhoujian", "/supervisions/{order}/reconsideration", {"reasons": TEXT}),
    Filled("hening", "/reconsiderations/{reconsideration}/decide", {"outcome": "upheld", "words": TEXT},
           "/reconsiderations/{reconsideration}"),
    Filled("hening", "/letters/new", {
        "kind": "bulletin", "units-0": LAND, "subject": TEXT, "words": TEXT, "answer_days": "3", "step": "issue"}),
    Filled("hening", "/letters/new?pick={order_answered}", {"kind": "hint", "words": TEXT, "step": "issue"}),
    Filled("hening", "/letters/templates/hint", {"title": TEXT, "body": TEXT, "step": "save"}),
    Filled("hening", "/letters/head", {"name": TEXT, "mark": "云", "contact": TEXT}, "/letters/templates"),
    Filled("chenjing", "/letters/{letter}/answer", {"words": TEXT}, "/letters/{letter}"),
    Filled("tangyi", "/letters/{letter_answered}/units/{power}/return", {"reason": TEXT}, "/letters/{letter_answered}"),
    Filled("luoshizhang", "/tickets/{handling}/instruct", {"words": TEXT, "days": "3"}),
    Filled("luoshizhang", "/tickets/{unsigned}/return-instruction", {
        "instruction_id": "{instruction_answered}", "words": TEXT, "days": "2"}),
    Filled("luoshizhang", "/tickets/{refusable}/accept-instruction", {
        "instruction_id": "{instruction_answered_too}", "words": TEXT}),
    Filled("hongda", "/my/tickets/{theirs}/withdraw", {"reason": TEXT}),
    Filled("wujie", "/meetings/new", {
        "kind": "forum", "theme": TEXT, "held_at": "2026-08-19T14:00", "place": TEXT, "chair": "罗建国",
        "enterprises": "恒轧机械", "units": LAND, "people": "刘敏", "agenda": TEXT}),
    Filled("wujie", "/meetings/{meeting}/problems/new", {"words": TEXT, "unit": LAND, "solution": TEXT}),
    Filled("wujie", "/meetings/{meeting}/minutes", {"words": TEXT}),
    Filled("wujie", "/meetings/{meeting}/cancel", {"reason": TEXT}),
    Filled("wujie", "/meetings/{meeting_held}/decisions/new", {
        "words": TEXT, "unit": LAND, "due_on": "2026-08-31", "enterprise": "{enterprise}"}),
    Filled("wujie", "/walkthroughs/new", {
        "walker": "罗建国", "walked_on": "2026-08-19", "item": TEXT, "unit": LAND, "mode": "in_person", "place": TEXT,
        "steps-0-name": TEXT, "steps-0-minutes": "30", "problems": TEXT, "conclusion": TEXT}),
    Filled("wujie", "/walkthroughs/problems/{walk_problem}/ticket", {"enterprise": "恒轧机械"}),
    Filled("liumin", "/visits/{enterprise}/plan", {"day": "2026-08-28"}),
    Filled("luoshizhang", "/visits/new", {"enterprise": "恒轧机械", "content": TEXT, "over_cap_reason": TEXT}),
    Filled("security", "/cadence/new", {
        "title": TEXT, "holder": "steward", "act": "visit", "needed": "1", "period": "month", "warn_days": "5",
        "tag": TEXT, "reason": TEXT}),
    Filled("security", "/cadence/key-projects/change", {
        "title": TEXT, "holder": "steward", "act": "visit", "period": "month", "reason": TEXT}),
    Filled("security", "/cadence/key-projects/end", {"reason": TEXT}),
    Filled("security", "/calendar/change", {"day": "2026-11-30", "kind": "off", "reason": TEXT}),
    # One draft at most waits, and any of the three answers ends it: here stands the one whose words are shown.
    Filled("hening", "/calendar/drafts/{draft_calendar}/decline", {"decline-answer": TEXT},
           "/calendar/drafts/{draft_calendar}"),
    Filled("wujie", "/follow-ups/counted/{counted}", {
        "outcome": "unsolved", "rework_reason": "unsolved", "words": TEXT}),
    Filled("hening", "/unreasonable/{finding_unreasonable}/agree", {"agree-words": TEXT},
           "/unreasonable/{finding_unreasonable}"),
    Filled("hening", "/unreasonable/{finding_unreasonable_theirs}/decline", {"decline-words": TEXT},
           "/unreasonable/{finding_unreasonable_theirs}"),
    Filled("hening", "/follow-ups/plans/new", {
        "region_id": "{county}", "begins_on": "2026-09-20", "tickets": "30", "counted": "5",
        "by_unit": "市供电公司 100", "by_channel": "12345 50", "reason": TEXT}),
    Filled("hening", "/campaigns/new", {
        "title": TEXT, "begins_on": "2026-08-01", "ends_on": "2026-08-18", "answer_until": "2026-09-20",
        "sample_size": "20", "seed": TEXT}),
    Filled("hening", "/campaigns/{campaign_draft}/objects", {
        "peer_group": TEXT, "kind": "unit", "lines": f"{LAND}/{TEXT}"}, "/campaigns/{campaign_draft}"),
    Filled("chenjing", "/rectifications/{rectification}/contact", {"contact-words": TEXT},
           "/rectifications/{rectification}"),
    Filled("zhoujian", "/rectifications/{rectification}/appeal", {
        "appeal-ground": "mistaken", "appeal-reason": TEXT}, "/rectifications/{rectification}"),
    Filled("security", "/policies/new", {
        "effective_on": "2027-03-01", "reason": TEXT, "ladder_answer": "2 天", "refusal_height": "head"}),
    Filled("security", "/policies/{draft_rules}/decline", {"decline-answer": TEXT}, "/policies/{draft_rules}"),
    Filled("admin", "/jobs/clock", {"reason": TEXT}),
    Filled("audit", "/audit", {"ticket": TEXT, "person": TEXT}),
    Filled("liumin", "/claims/{claim}/refuse", {"refuse-reason": TEXT}, "/claims/{claim}"),
    Filled("wangqiang", "/claims/{claim_theirs}/confirm", {"confirm-reason": TEXT}, "/claims/{claim_theirs}"),
    Filled("hengzha", "/my/members", {"mobile": "13900000041", "member_role": "agent"}),
    Filled("hengzha", "/my/members/{member}/role", {"member_role": "administrator"}),
    Filled("hengzha", "/my/members/{member}/end", {}),
    Filled("-", "/join/{join}", {"person": TEXT}),
    Filled("-", "/claim", {"credit_code": "91990102MA0003XY3W", "name": TEXT, "mobile": PHONE}),
    Filled("dengli", "/enterprises/{enterprise}/edit", {
        "name": TEXT, "short_name": TEXT, "address": TEXT, "legal_representative": TEXT, "contact_name": TEXT,
        "category": "key_project", "credit_flag": "normal", "source": TEXT}),
    Filled("dengli", "/enterprises/{enterprise}/suspend", {
        "since": "2026-08-01", "until": "2027-07-31", "reason": TEXT}),
    Filled("dengli", "/enterprises/{enterprise}/contacts/new", {"name": TEXT, "title": TEXT, "phone": PHONE}),
    Filled("dengli", "/enterprises/{enterprise}/number", {"purpose": "checking", "words": TEXT}),
    Filled("dengli", "/enterprises/{enterprise}/projects/{project}", {
        "name": TEXT, "investment": "12.5", "stage": "building"}),
    Filled("dengli", "/enterprises/{enterprise}/tags", {"label": TEXT}, "/enterprises/{enterprise}"),
    Filled("dengli", "/imports/new", {"kind": "enterprises", "file": Upload(f"{TEXT}.xlsx", SHEET)}),
    Filled("fangming", "/imports/new", {"kind": "enterprises", "file": Upload("填报.csv", CSV)}),
    Filled("hening", "/findings/{finding}/answer", {"answer-words": TEXT}, "/findings/{finding}"),
    Filled("wujie", "/findings/{finding_again}/ticket", {"ticket-enterprise": "恒轧机械"}, "/findings/{finding_again}"),
    Filled("security", "/regions/import", {"file": Upload("区划.csv", PLACES), "on": "2027-01-01"}),
    Filled("hening", "/exports/new/supervisions", {"reason": TEXT}),
    Filled("security", "/exports/{export}/grant", {"grant-words": TEXT}, "/exports/{export}"),
    Filled("security", "/exports/{export_again}/refuse", {"refuse-words": TEXT}, "/exports/{export_again}"),
    Filled("wujie", "/enterprises/{duplicate}/unmerge", {"reason": TEXT}),
    Filled("wujie", "/enterprises/claims/{owning}", {"outcome": "rejected", "reason": TEXT}),
    Filled("wujie", "/enterprises/views", {"name": TEXT, "query": "region=9901"}, "/enterprises?region=9901"),
    Filled("wujie", "/enterprises/bulk/tag", {"label": TEXT}, "/enterprises/bulk/tag?pick={enterprise}"),
    Filled("-", "/login", {"username": TEXT, "password": TEXT}),
    # Last: whoever has given the enterprise away, or has left the duty, has no forms any more.
    Filled("wujie", "/stewards/assign?pick={enterprise}", {"steward": "third", "reason": TEXT}),
    Filled("wujie", "/stewards/{steward}/leave", {"reason": TEXT}),
)


def filled_in(caller, form, town):
    """The address, and the fields of the page's own form with what is written into them."""
    path = form.path.format(**town)
    written = {name: value.format(**town) for name, value in form.fields.items()}
    return path, caller.form(path, form.page.format(**town)) | written
