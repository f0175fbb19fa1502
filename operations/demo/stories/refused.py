"""Refusals that climb: one vetoed by the joint review, one upheld, one on its way."""

from models.refusals import RefusalKind, Verdict
from models.tickets import Difficulty, TicketKind
from operations.demo.refusal_steps import endorse_refusal, give_opinion, name_reviewers, report_refusal, review_refusal
from operations.demo.steps import Step, accept, contact, dispatch, message, sign
from operations.demo.stories.story import Story
from operations.supervision.panel import Named

K, D = TicketKind, Difficulty
PANEL = (Named("何宁", "市营商局"), Named("孙悦", "市财政局"), Named("杨帆", "市人社局"))
MEMBERS = ("hening", "sunyue", "yangfan")


def _heard(times: str, opinion: Verdict, *words: str) -> tuple[Step, ...]:
    """Each member speaks for themselves, ten minutes after the other."""
    day, _, hour = times.partition(" ")
    return tuple(
        give_opinion(f"{day} {hour}:{place}0", who, opinion, said)
        for place, (who, said) in enumerate(zip(MEMBERS, words, strict=True))
    )


STORIES = (
    Story(
        "食品生产许可变更被退回", "新增一条烘焙线，申请变更食品生产许可，窗口说厂房是租的不能办。",
        "海川食品", "6 09:20", K.COMPLAINT, category="证照办理",
        steps=(
            accept("6 10:00", "证照办理", D.COMPLEX),
            dispatch("5 09:00", "市场监管", "食品生产许可由市市场监管局办理。"),
            sign("5 09:40"),
            contact("5 10:30", "已联系潘厂长，看过租赁合同。"),
            report_refusal(
                "4 09:10", RefusalKind.NOT_PERMITTED, "生产场所为租赁，租期只剩十四个月，不宜变更许可。",
                articles="《食品生产许可管理办法》第十二条", alternatives="续签租赁合同满三年后再申请变更。",
            ),
            endorse_refusal("4 14:30", "情况属实，同意上报。", by="luyao"),
            endorse_refusal("3 10:20", "同意。"),
            name_reviewers("3 10:40", PANEL),
            *_heard("3 14", Verdict.REVOKED, "自设条件", "条款与理由不符", "租赁不影响许可条件"),
            review_refusal(
                "3 15:40", Verdict.REVOKED, "办法第十二条没有租期的要求，以此否定没有依据。撤销，十个工作日内办结变更。"
            ),
            message("2 09:00", "收到继续办理的通知，需要我们补什么材料吗？"),
        ),
    ),
    Story(
        "要求在消防通道上搭固定卸货棚", "想在厂门外的消防通道上搭固定的卸货雨棚，请予许可。",
        "锦绣纺织", "9 10:00", K.HELP, category="工程建设",
        steps=(
            accept("9 11:00", "工程建设"),
            dispatch("8 09:00", "城管", "占道设施由市城管局办理。"),
            sign("8 09:30"),
            contact("8 10:00", "到现场量过，雨棚全在消防通道内。"),
            report_refusal(
                "7 09:00", RefusalKind.NOT_PERMITTED, "拟建雨棚全部占用消防车通道。",
                articles="《中华人民共和国消防法》第二十八条",
                alternatives="厂区东侧空地不在通道内，可以在那里搭棚，备案当天办。",
            ),
            endorse_refusal("7 16:00", "同意，请主动帮企业办东侧空地的备案。"),
            name_reviewers("7 16:30", PANEL),
            *_heard("6 09", Verdict.UPHELD, "依据明确", "适用法律正确", "已给出替代办法"),
            review_refusal("6 10:30", Verdict.UPHELD, "依据充分，替代办法可行，维持。"),
        ),
    ),
    Story(
        "申请提前返还未到期的履约保证金", "市政绿化项目还有八个月质保期，企业资金紧张，申请提前返还保证金。",
        "中岳建材", "4 09:00", K.HELP, category="拖欠账款",
        steps=(
            accept("4 10:00", "拖欠账款", D.COMPLEX),
            dispatch("2 09:10", "市场监管", "合同履约争议，由市市场监管局合同科牵头。"),
            sign("2 10:00"),
            contact("2 14:00", "已联系石副总，看过合同。"),
            report_refusal(
                "1 14:20", RefusalKind.OTHER, "合同约定的质保期未满，提前返还没有依据。",
                articles="《保障中小企业款项支付条例》第十二条", alternatives="可以用银行保函置换保证金，银行三个工作日可开。",
            ),
            name_reviewers("1 15:30", PANEL),
            give_opinion("1 16:40", "sunyue", Verdict.NOTICE, "保函置换的办法应当先告知企业，再谈返还。"),
        ),
    ),
)
