"""Demands that fill the registers: an answer sent back and accepted, a ledger entry struck off, a second extension."""

from models.tickets import Channel, Difficulty, LedgerClass, ProposalKind, TicketKind
from operations.demo.scene import CENTRE, OFFICE
from operations.demo.steps import (
    accept,
    accept_instruction,
    answer_instruction,
    assisted,
    consult,
    contact,
    dispatch,
    extension,
    grant,
    instruct,
    ledger,
    return_instruction,
    sign,
    strike_off,
)
from operations.demo.stories.story import Story

K, D = TicketKind, Difficulty

STORIES = (
    Story(
        "供电公司客户经理指定电力施工单位", "报装时客户经理只认一家施工单位，报价高出三成，另找的单位两次验收都不给过。",
        "鑫源包装", "4 09:15", K.COMPLAINT, category="市场竞争", accused="供电",
        steps=(
            accept("4 10:05", "市场竞争"),
            dispatch("4 10:30", "市场监管", "投诉对象是供电公司，须回避；指定经营由市场监管局查处。"),
            sign("4 14:00"),
            contact("3 09:20", "已与企业核对两次验收记录和报价，材料不转供电公司。"),
        ),
    ),
    Story(
        "园区通信光缆迁改影响研发测试", "道路拓宽要迁光缆，通知断网三次，每次半天，研发测试环境全部中断。",
        "云启软件", "9 09:10", K.COMPLAINT, category="工程建设",
        steps=(
            accept("9 10:00", "工程建设", D.COMPLEX),
            dispatch("8 09:00", "住建", "道路工程由住建局组织实施。"),
            sign("8 10:00"),
            contact("8 14:00", "已与尹总通话，核对三次断网的时段。"),
            instruct("7 09:30", "断网不能挤在上班时间，三天内拿出夜间割接方案。", 3),
            answer_instruction("6 16:00", "已要求施工单位注意。"),
            return_instruction("5 09:00", "没有方案，也没有时间。请把每次割接的日期、时段和备用线路写清楚。", 2),
            consult("4 10:00", ("供电",), "供电公司同步核对路口电缆，割接放在夜间零点到五点。"),
            sign("4 11:00", "供电"),
            answer_instruction("4 16:30", "割接排在本月三个周六零点到五点，企业专线临时走备用光缆，方案已送园区签收。"),
            accept_instruction("3 08:50", "可以，照方案办。"),
            assisted("2 15:00", "供电", "路口两处电缆已避让标记，夜间派人值守。"),
        ),
    ),
    Story(
        "粮库铁路专用线产权不清无法过户", "1992 年共建的专用线产权登记在已撤销的单位名下，粮库改制过户卡住。",
        "河口粮油", "24 09:20", K.RIGHTS, channel=Channel.STEWARD, category="用地规划",
        steps=(
            accept("24 10:00", "用地规划", D.HARD),
            dispatch("23 09:00", "自然资源", "历史遗留产权，按疑难件办理。"),
            sign("23 10:00"),
            contact("23 11:00", "已约企业带共建协议来局里查档。", method="上门"),
            ledger("20 09:30", LedgerClass.HISTORICAL, "须等省铁路部门确认产权划转批文。", days=60),
            grant("19 10:00", ProposalKind.LEDGER, by=OFFICE),
            strike_off("6 09:30", "批文已到，产权划转协议签订，企业书面表示可以继续办理过户。"),
            grant("5 10:20", ProposalKind.STRIKE_OFF, "核对批文和企业意见属实，同意销号。", by=OFFICE),
        ),
    ),
    Story(
        "出口退税备案单证调取周期太长", "备案单证要到三个部门调取，前后跑了两个月，影响资金周转。",
        "海川食品", "12 09:30", K.HELP, category="税费减免",
        steps=(
            accept("12 10:00", "税费减免"),
            dispatch("11 09:00", "财政", "由财政局会同税务部门调取。"),
            sign("11 10:00"),
            contact("11 11:00", "已联系潘厂长，列出缺的八份单证。"),
            extension("9 09:30", "海关回函周期五个工作日。", basis="海关单证调取规程", days=4),
            grant("9 15:00", ProposalKind.EXTENSION),
            grant("8 10:00", ProposalKind.EXTENSION, by=CENTRE),
            extension("2 16:45", "海关回函退回一次，须补盖章后重报。", basis="海关退回通知", days=4),
            grant("2 16:55", ProposalKind.EXTENSION),
            grant("2 17:10", ProposalKind.EXTENSION, "第二次延期，属实，最后一次。", by=OFFICE),
        ),
    ),
)
