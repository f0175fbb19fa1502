"""Demands whose work is done: waiting to be told, called or rated; rated well, badly or not at all; begun anew."""

from models.ratings import Grade
from models.tickets import Channel, Difficulty, ProposalKind, ReplyMethod, ResultKind, TicketKind
from operations.demo.order_steps import answer_accepted, order_answered, order_signed
from operations.demo.steps import (
    Step,
    accept,
    answer,
    call,
    contact,
    dispatch,
    finds_unreasonable,
    grant,
    no_answer,
    rate,
    reopen,
    reply,
    result,
    sign,
)
from operations.demo.stories.story import Story

K, D = TicketKind, Difficulty
PARTLY, EXPLAINED = ResultKind.PARTLY_SOLVED, ResultKind.EXPLAINED


def handled(days: tuple[int, int, int], unit: str, category: str, outcome: str, **terms: object) -> tuple[Step, ...]:
    """The plain way to a signed result: accepted, dispatched and reported on these days before today."""
    first, second, third = days
    return (
        accept(f"{first} 10:20", category),
        dispatch(f"{second} 09:10", unit, "属本单位职责，请按时限办理。"),
        sign(f"{second} 10:00"),
        contact(f"{second} 11:10", "已与企业联系人通话，了解情况。"),
        result(f"{third} 10:30", outcome, **terms),  # type: ignore[arg-type]
        grant(f"{third} 15:20", ProposalKind.RESULT, "属实，同意报送。"),
    )


STORIES = (
    Story(
        "外地司机入园还要不要提供居住证明", "物流园仍要求外地司机提供居住证明，问是否还有这项规定。",
        "中北物流", "3 09:30", K.CONSULTATION, channel=Channel.STEWARD, category="其他",
        steps=(
            accept("2 09:30", "其他", D.CONSULTATION),
            answer("1 10:00", "该规定已于 2023 年全部取消，任何单位不得再要求提供。已通知物流园管理方改正。"),
        ),
    ),
    Story(
        "路灯不亮夜班员工安全没保障", "纺织路东段 9 盏路灯不亮，夜班女工多，已经摔伤一人。",
        "锦绣纺织", "5 09:00", category="工程建设",
        steps=handled((5, 4, 1), "住建", "工程建设", "9 盏路灯已更换，另补装 2 盏，附夜间照片。"),
    ),
    Story(
        "冷链车限行时段能否放宽", "城区限行 7 点到 9 点，生鲜必须在 8 点前到店，希望办理通行码。",
        "鲜又多超市", "6 09:20", channel=Channel.HOTLINE, category="其他",
        steps=handled((6, 5, 3), "城管", "其他", "已为 3 辆冷链车办理通行码，7 点至 9 点可走西环路。"),
    ),
    Story(
        "商标续展委托书格式不对被退", "续展委托书退了两次，求一个能过的样本。",
        "凤栖酒店", "5 09:10", K.ASSISTANCE, channel=Channel.STEWARD, category="证照办理",
        steps=(
            *handled((5, 4, 2), "市场监管", "证照办理", "已提供样本并帮助重新提交，受理号已下。"),
            reply("1 09:20", "告知企业续展已受理，预计 3 个月出证。", "可以了，谢谢。"),
        ),
    ),
    Story(
        "装修垃圾清运指定公司价格偏高", "物业只让用指定清运公司，价格比市场高一倍。",
        "好邻居便利店", "9 10:00", K.COMPLAINT, channel=Channel.HOTLINE, category="市场竞争",
        steps=(
            *handled((9, 8, 6), "城管", "市场竞争", "已约谈物业公司，取消指定，公布 5 家清运公司名录。"),
            reply("5 10:00", "告知企业可自行选择清运公司。", "知道了。"),
            no_answer("4 10:20"),
            no_answer("3 15:00", "关机。"),
        ),
    ),
    Story(
        "农产品检测费能不能减半", "合作社小批次多，检测费按批次收，负担重。",
        "绿野合作社", "12 09:00", channel=Channel.STEWARD, category="税费减免",
        steps=(
            *handled((12, 11, 9), "市场监管", "税费减免", "已纳入免费抽检名单，今年 12 批次免费。", next_step="明年按名单续办。"),
            reply("8 09:00", "告知合作社已纳入免费抽检名单。"),
            no_answer("7 10:00"),
            no_answer("6 14:30", "理事长在大棚，没带手机。"),
            no_answer("5 09:40"),
        ),
    ),
    Story(
        "新员工公积金开户网上报错", "网上开户提示单位信息不一致，25 名新员工无法缴存。",
        "云启软件", "6 10:00", category="用工社保",
        steps=(
            *handled((6, 5, 4), "人社", "用工社保", "单位名称有全角括号，已更正，25 人全部开户成功。"),
            reply("3 10:00", "告知企业已开户成功。", "很快，谢谢。", ReplyMethod.PLATFORM),
            call("2 10:10", "确认已解决，满意。"),
        ),
    ),
    Story(
        "变压器增容申请排期太久", "增容申请排到明年 3 月，旺季前无法投产。",
        "恒轧机械", "20 09:10", category="水电气暖",
        steps=(
            *handled((20, 19, 16), "供电", "水电气暖", "已调整计划，增容工程提前到本月 28 日停电施工。"),
            reply("15 09:30", "告知企业增容提前到本月完成。", "太好了！"),
            call("14 10:00", "企业确认施工已完成，用电正常。"),
            rate("13 15:30", Grade.VERY_SATISFIED, "供电公司主动上门，比预期快三个月。"),
        ),
    ),
    Story(
        "退役军人招用补贴怎么申请", "今年招了 4 名退役军人，想了解税收和补贴政策。",
        "鑫源包装", "22 10:00", K.CONSULTATION, category="政策兑现",
        steps=(
            accept("22 11:00", "政策兑现", D.CONSULTATION),
            answer("21 10:00", "每人每年定额扣减 9000 元税款，从汇算清缴当年起；社保补贴向人社窗口申请，材料三样：合同、退役证、参保证明。"),
            reply("21 15:00", "电话说明并发送政策原文和申请表。", "讲得很清楚。"),
            call("20 09:30", "已经在办，满意。"),
            rate("19 11:00", Grade.SATISFIED),
        ),
    ),
    Story(
        "货车停车位被私家车长期占用", "园区北门 12 个货车位被私家车占用，卸货排队两小时。",
        "宏达电商产业园", "25 09:00", category="其他",
        steps=(
            *handled((25, 24, 21), "城管", "其他", "已施划专用标线并安排早晚巡查。", kind=PARTLY, next_step="下月加装地锁。"),
            reply("20 10:00", "告知企业已划线巡查。", "看看效果。"),
            call("19 14:20", "早高峰好多了，晚上还有占用。", is_solved=True, is_satisfied=True),
            rate("18 09:40", Grade.FAIRLY_SATISFIED, "希望地锁早点装。"),
        ),
    ),
    Story(
        "安全生产检查处罚幅度过大", "同样问题别的厂罚 2 千，我厂罚 2 万，没有说明裁量依据。",
        "海川食品", "28 09:30", K.COMPLAINT, category="执法检查",
        steps=(
            *handled((28, 27, 23), "市场监管", "执法检查", "复核认为处罚在裁量幅度内，予以维持。", kind=EXPLAINED,
                     next_step="可依法申请行政复议。"),
            reply("22 10:30", "向企业当面说明裁量依据。", "还是觉得重。", ReplyMethod.VISIT),
            call("21 10:00", "企业认为解释清楚了，但结果不能接受，不再追究。"),
            rate("20 16:00", Grade.DISSATISFIED, "解释得太晚，第一次去的时候没人愿意说。", tags=("时间太长", "说法不一致")),
        ),
    ),
    Story(
        "要求退回已经生效的罚款", "罚款早已交了，现在看别的厂罚得少，要求撤销处罚、退回罚款。",
        "海川食品", "12 10:00", K.COMPLAINT, category="执法检查",
        steps=(
            *handled((12, 11, 7), "市场监管", "执法检查", "处罚已经生效，复议和诉讼期限都已过，依法不能退回，已书面说明。",
                     kind=EXPLAINED, next_step="新的检查按裁量基准执行。"),
            reply("3 10:00", "当面说明不能退回的法律依据，送达书面说明。", "不退就不认。", ReplyMethod.VISIT),
            finds_unreasonable("1 15:30", "不退钱就不满意。", "处罚已生效，行政复议法、行政诉讼法规定的期限都已过，"
                               "行政机关无权退回；已两次说明并留有回执。"),
        ),
    ),
    Story(
        "窗口人员态度生硬多次让重跑", "同一件事跑了四趟，每次让补一样，最后一次还被说“不懂就别来”。",
        "锦绣纺织", "27 14:10", K.COMPLAINT, category="证照办理",
        steps=(
            *handled((26, 25, 22), "市场监管", "证照办理", "已对窗口人员批评教育，并一次办结企业事项。"),
            reply("21 09:30", "代表单位致歉，事项已办结。", "事情是办了。"),
            call("20 15:00", "事情已办好。"),
            rate("19 20:15", Grade.VERY_DISSATISFIED, "希望不要再有第二家遇到。", tags=("态度不好", "材料反复要"), anonymous=True),
        ),
    ),
    Story(
        "污水处理费重复扣缴", "银行代扣重复扣了两个月污水处理费，共 6320 元。",
        "顺达汽配", "19 09:30", channel=Channel.STEWARD, category="税费减免",
        steps=(
            *handled((19, 18, 15), "财政", "税费减免", "重复扣缴 6320 元已原路退回。"),
            reply("14 10:00", "告知企业已退款到账。"),
            call("13 10:30", "已到账，满意。"),
        ),
    ),
    Story(
        "技术改造贴息资金申报被漏报", "材料按时交到街道，汇总时被漏掉，错过了当批。",
        "鑫源包装", "24 09:10", K.POLICY, category="政策兑现",
        steps=(
            accept("24 10:00", "政策兑现"),
            dispatch("23 09:00", "财政", "贴息资金由财政局会审。"),
            sign("23 10:00"),
            contact("23 11:00", "已联系张经理，核对收件登记。"),
            order_signed("17 09:00"),
            order_answered("17 15:30", "漏报属实，责任在汇总环节，已单独补报省厅，今日收到同意补列的复函。"),
            answer_accepted("16 09:30"),
            result("16 11:00", "省厅同意补列，贴息 18.6 万元列入第二批，预计月底拨付。"),
            grant("16 15:00", ProposalKind.RESULT),
            reply("15 10:00", "告知企业已补列第二批。", "能补上就好。"),
            call("14 15:30", "已收到补列通知，认可。"),
            rate("13 10:00", Grade.SATISFIED, "督办以后很快。"),
        ),
    ),
    Story(
        "员工子女入学学位没有落实", "引进的 3 名工程师子女入学材料 6 月就交了，学位一直没定。",
        "恒轧机械", "21 09:40", category="用工社保",
        steps=(
            *handled((21, 20, 17), "人社", "用工社保", "2 名已安排到第三小学，1 名等待转学手续。", kind=PARTLY,
                     next_step="转学手续办结后入学。"),
            reply("16 10:00", "告知企业 2 名已安排，1 名等手续。", "剩下一个抓紧。"),
            call("15 10:20", "总体满意，等最后一名。"),
            rate("14 09:00", Grade.FAIRLY_SATISFIED),
            reopen("5 10:30", "第三名工程师子女的转学手续已办完两周，学校说没有接到通知，请继续办理。"),
            sign("5 15:00"),
            contact("4 09:30", "已与学校核对，今天补发通知。"),
        ),
    ),
    Story(
        "建议公布重点项目审批进度", "希望像快递一样看到审批走到哪一步，不用天天打电话问。",
        "北方新能源", "30 10:00", K.SUGGESTION, category="工程建设",
        steps=(
            *handled((30, 29, 25), "住建", "工程建设", "建议采纳：已在工程审批系统开通进度查询，凭项目代码可查。", adopted=True),
            reply("24 10:00", "告知企业建议已采纳并已上线。", "这个好。", ReplyMethod.PLATFORM),
            call("23 10:30", "已经用上，非常满意。"),
            rate("22 14:00", Grade.VERY_SATISFIED, "建议被采纳，而且真的上线了。"),
        ),
    ),
)
