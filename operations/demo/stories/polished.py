"""Demands that look better in the figures than they were: what the anti-gaming monitor is there to show."""

from models.engagement import InteractionKind
from models.ratings import Grade
from models.tickets import Channel, Difficulty, ProposalKind, TicketKind
from operations.demo.steps import Step, accept, call, contact, dispatch, grant, rate, reply, result, send_back, sign
from operations.demo.stories.story import Contact, Story

K = TicketKind
ONE_ADDRESS = "203.0.113.7"  # an address of the documentation's own range
SAME_WORDS = "已安排人员到现场处理，问题已经解决，企业表示满意。"
CIRCULAR = "本月底前在线申报稳岗补贴，材料清单在市人社局网站。拿不准的随时问我。"


def in_the_last_hour(category: str) -> tuple[Step, ...]:
    """Reported a quarter of an hour before the due date in everybody's words, and rated from one address."""
    return (
        accept("12 10:00", category),
        dispatch("11 09:00", "城管", "市容秩序由市城管局负责。"),
        sign("11 10:00"),
        contact("11 11:00", "已与企业联系。"),
        result("6 16:40", SAME_WORDS),
        grant("6 17:15", ProposalKind.RESULT),
        reply("5 10:00", "告知企业已经处理。"),
        call("5 15:00", "说已经处理过了。"),
        rate("4 10:00", Grade.VERY_SATISFIED, address=ONE_ADDRESS),
    )


STORIES = (
    Story(
        "厂门口流动摊点占道影响出车", "早市摊点摆到厂门口，七点到九点货车出不去。",
        "锦绣纺织", "12 09:20", K.COMPLAINT, category="执法检查", steps=in_the_last_hour("执法检查"),
    ),
    Story(
        "园区外墙小广告反复张贴", "清一次贴一次，上个月清了四次，费用都由企业出。",
        "云启软件", "12 09:25", K.COMPLAINT, category="执法检查", steps=in_the_last_hour("执法检查"),
    ),
    Story(
        "冷库门前垃圾中转站异味扰民", "中转站挪到冷库对面，夏天异味大，客户来看货都绕着走。",
        "海川食品", "12 09:30", K.COMPLAINT, category="环境保护", steps=in_the_last_hour("环境保护"),
    ),
    Story(
        "厂区西侧支路路灯和护栏无人管养", "支路是十年前企业垫资修的，路灯坏了一半，护栏撞坏两处，报修两家单位都说不归自己管。",
        "中北物流", "12 09:40", channel=Channel.STEWARD, category="工程建设",
        steps=(
            accept("12 10:30", "工程建设", Difficulty.COMPLEX),
            dispatch("11 09:20", "城管", "市政设施由市城管局管养。"),
            sign("11 10:10"),
            send_back("11 15:00", "该支路没有办理移交，不在我局管养清单内。", basis="市政设施管养清单", to="住建"),
            grant("10 09:30", ProposalKind.SEND_BACK),
            dispatch("10 11:00", "住建", "道路建设和移交由市住建局负责。"),
            sign("10 14:00"),
            send_back("9 09:20", "该支路不是我局建设的，管养属城管部门职责。", basis="部门职责清单", to="城管"),
            grant("9 10:30", ProposalKind.SEND_BACK),
            dispatch("9 15:00", "住建", "两家退回，裁定由市住建局先修复，再办移交。", ruling=True),
            sign("9 16:00"),
            contact("8 09:30", "已联系韩经理，明天到现场核对。"),
        ),
    ),
)
TALKS = (
    Contact("4 10:30", "鑫源包装", InteractionKind.PHONE, CIRCULAR),
    Contact("4 10:40", "好邻居便利店", InteractionKind.PHONE, CIRCULAR),
    Contact("2 09:30", "天工数控", InteractionKind.VISIT, "看了数控车间的新线，徐总说下个月试生产，缺两名电工。", days_late=6),
    Contact("2 09:40", "福兴热电", InteractionKind.VISIT, "看了锅炉检修现场，郑总说检修推迟一周。", days_late=9),
)
