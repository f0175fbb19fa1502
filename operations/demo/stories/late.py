"""Demands that are late, on every rung of the ladder: unread, signed for, answered, rejected, lifted."""

from models.supervision import CallOutcome
from models.tickets import Channel, Difficulty, ProposalKind, TicketKind, Urgency
from operations.demo.measures import approved, contested, listed, progress_told, referred, talk_recorded
from operations.demo.order_steps import (
    answer_accepted,
    answer_rejected,
    order_answered,
    order_called,
    order_opened,
    order_signed,
)
from operations.demo.steps import accept, contact, dispatch, grant, message, note, reply, result, sign
from operations.demo.stories.story import Story

K, D = TicketKind, Difficulty

STORIES = (
    Story(
        "燃气接入工程审批超时", "燃气接入申请 10 月受理，承诺 15 天办结，现在已经过了一个月，锅炉改造卡在这一步。",
        "海川食品", "8 09:20", urgency=Urgency.AFFECTED, category="水电气暖",
        steps=(
            accept("8 10:00", "水电气暖"),
            dispatch("6 09:00", "住建", "燃气管理科承办。"),
            sign("6 15:10"),
            contact("6 16:00", "已联系潘厂长，资料在设计院复核。"),
        ),
    ),
    Story(
        "社保减免退费未到账", "多缴的工伤保险 3.4 万元，退费申请批了两个月没到账。",
        "宏达电商产业园", "9 10:10", K.POLICY, category="用工社保",
        steps=(
            accept("9 11:00", "用工社保"),
            dispatch("7 09:10", "人社", "社保退费由人社局经办。"),
            sign("7 10:00"),
            contact("7 14:00", "已联系陆总监，核对退费账号。"),
            order_called("1 08:40", CallOutcome.NO_ANSWER),
            order_called("1 09:05", CallOutcome.REACHED, "昨天出差没看到，马上签收，今天转基金科办。"),
            order_signed("1 09:15"),
        ),
    ),
    Story(
        "扩建车间消防验收要求前后不一致", "验收第 3 项材料退回两次，两次要求不一样，扩建车间空置 40 天。",
        "鑫源包装", "10 09:00", K.COMPLAINT, urgency=Urgency.STOPPED, category="消防安全",
        steps=(
            accept("10 09:40", "消防安全"),
            dispatch("8 08:50", "消防", "由支队法制科统一口径。"),
            sign("8 09:30"),
            contact("8 10:00", "已向张经理致歉，正在统一验收口径。"),
            order_opened("3 17:50"),
            order_signed("2 08:40"),
            order_answered("2 16:30", "逾期原因：两名验收员对规范 6.0.4 理解不一致。已组织会审统一口径，三个工作日内出具意见。"),
            contested("1 09:20", "图纸由企业于上周才补齐，逾期不全在支队，申请复核。"),
        ),
    ),
    Story(
        "工业用地宗地图与红线不符", "宗地图少画一块三角地，围墙被认定超出红线，施工许可办不下来。",
        "北方新能源", "11 10:00", urgency=Urgency.AFFECTED, category="用地规划",
        steps=(
            accept("11 11:00", "用地规划"),
            dispatch("9 09:00", "自然资源", "测绘成果核对，更正宗地图。"),
            sign("9 16:00"),
            message("4 09:00", "已经等了一周，请问测绘队什么时候来？"),
        ),
    ),
    Story(
        "门前道路挖掘恢复费迟迟不退", "去年接排水管缴纳的道路挖掘恢复保证金 4.6 万元，验收合格半年，一直没退。",
        "恒轧机械", "13 09:30", K.COMPLAINT, category="工程建设",
        steps=(
            accept("13 10:10", "工程建设"),
            dispatch("11 09:00", "住建", "保证金由市政科退还。"),
            sign("11 10:40"),
            contact("11 15:00", "已联系孙部长，财务在查缴款单。"),
            order_opened("3 08:50"),
            order_signed("3 09:00"),
            order_answered("2 15:00", "保证金账户上月划转，已补走审批，本周内退还。"),
            listed("2 16:00", "同类保证金多户未退，二次督办后仍无时间表。"),
            approved("2 17:00", "同意挂牌。"),
            progress_told("1 10:00", "已核对 14 户，首批 6 户今日退还。"),
        ),
    ),
    Story(
        "高新企业奖补资金未拨付", "2025 年度高新企业奖补 50 万元，文件下达 8 个月没有拨付，研发人员工资压力很大。",
        "云启软件", "16 09:00", K.POLICY, urgency=Urgency.AFFECTED, category="政策兑现",
        steps=(
            accept("16 10:00", "政策兑现"),
            dispatch("13 09:00", "财政", "奖补资金拨付。"),
            sign("13 11:00"),
            message("9 10:30", "请问资金有没有具体拨付时间？"),
            note("8 09:40", "区级配套未到位，等预算科回话。"),
            approved("3 15:00", "同意约谈，请分管副市长到场。"),
            talk_recorded("2 15:30", "财政局承认没有上报预算调整，承诺本周内拨付首笔。", "首笔 20 万元本周内拨付", 2),
            referred("1 09:00", "约谈后仍未启动拨付程序，建议一案双查。", ("沈立", "预算科科长"), ("马良", "局长")),
            approved("1 11:00", "同意移交。"),
        ),
    ),
    Story(
        "厂区西侧违建占压消防通道", "相邻单位搭建彩钢棚占压共用消防通道，投诉三次没有处理结果。",
        "天工数控", "13 10:30", K.COMPLAINT, channel=Channel.STEWARD, category="执法检查",
        steps=(
            accept("13 14:00", "执法检查"),
            dispatch("12 09:00", "城管", "违建认定和拆除由城管局办理。"),
            sign("12 10:00"),
            contact("12 11:00", "现场看过，已向对方下达询问通知书。"),
            order_signed("6 08:50"),
            order_answered("6 11:00", "已下达通知，请耐心等待。"),
            answer_rejected("6 15:30", "没有拆除时间，也没有说明为什么超期，请重新答复。"),
            order_answered("5 10:00", "正在走程序，尽快处理。"),
            answer_rejected("5 16:00", "仍然没有时间表，两次答复均不予认可。"),
            order_opened("4 08:45"),
            order_signed("4 09:10"),
        ),
    ),
    Story(
        "实习生工伤保险能否单独参保", "与职校合作的 30 名实习生，工伤保险系统不让单独参保，用人风险很大。",
        "顺达汽配", "12 09:10", channel=Channel.STEWARD, category="用工社保",
        steps=(
            accept("12 10:00", "用工社保"),
            dispatch("10 09:00", "人社", "工伤保险科承办。"),
            sign("10 10:00"),
            contact("10 10:30", "已联系庞总，说明省里正在改系统。"),
            order_signed("4 08:40"),
            order_answered("4 10:20", "系统改造已完成测试，明天开通，企业可当天参保。逾期责任在我局，已批评经办科室。"),
            answer_accepted("3 09:00"),
            result("3 14:00", "系统已开通实习生单独参保，30 人当天参保成功，附参保证明。"),
            grant("3 16:30", ProposalKind.RESULT, "结果属实。"),
            reply("2 09:30", "告知企业已参保成功，并发送了参保证明。", "谢谢，这下放心了。"),
        ),
    ),
    Story(
        "招标文件指定品牌涉嫌限制竞争", "某学校设备招标写明只接受两个品牌，同类国产设备无法投标。",
        "天工数控", "10 14:00", K.REPORT, channel=Channel.STEWARD, category="市场竞争",
        steps=(
            accept("10 15:00", "市场竞争", secret=True),
            dispatch("6 10:00", "市场监管", "公平竞争审查。"),
        ),
    ),
)
