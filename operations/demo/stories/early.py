"""Demands that no unit has yet: just arrived, waiting for material, looking for their unit, taken back."""

from models.tickets import Channel, Difficulty, ProposalKind, TicketKind, Urgency
from operations.demo.steps import (
    accept,
    ask_for_more,
    dispatch,
    grant,
    message,
    note,
    send_back,
    sign,
    supplement,
    withdraw,
)
from operations.demo.stories.story import Story

STORIES = (
    Story(
        "厂内叉车上牌检验预约不上", "新购两台 3 吨叉车，检验预约系统连续一周显示无号，设备到货后一直停在库房，影响 12 月交货。",
        "恒轧机械", "1 16:40", urgency=Urgency.AFFECTED, category="证照办理",
    ),
    Story(
        "食品出口备案变更要准备哪些材料", "我厂增加一条速冻线，出口备案地址和产品范围都要变，想一次问清需要哪些材料、在哪个窗口办。",
        "海川食品", "1 08:52", TicketKind.CONSULTATION, category="证照办理",
    ),
    Story(
        "门店门头改造审批迟迟没有答复", "饺子馆门头破损，9 月递交改造申请，城管和街道各说各的，到现在没有书面答复。",
        "老边家饺子馆", "3 10:05", channel=Channel.HALL, category="工程建设",
    ),
    Story(
        "高新技术企业培育奖补未到账", "去年认定的高企培育库奖补 20 万元，公示已过 5 个月，一直没有到账，问了两个部门都让再等等。",
        "云启软件", "3 09:20", TicketKind.POLICY, category="政策兑现",
        steps=(
            ask_for_more("2 10:10", "请补充：1. 奖补公示文件截图；2. 企业开户行和账号；3. 法定代表人身份证明。一次性告知，以上缺一不可。"),
            message("2 15:30", "公示文件和账号可以马上传，身份证明周一盖章后补。"),
        ),
    ),
    Story(
        "申请临时占道装卸大型设备", "风电塔筒下周到货，需要在河口大桥东侧临时占道 3 天，想知道由哪家审批。",
        "北方新能源", "6 14:15", TicketKind.ASSISTANCE, category="工程建设",
        steps=(ask_for_more("5 09:30", "请补充：1. 占道路段示意图；2. 运输车辆清单；3. 交通疏导方案。"),),
    ),
    Story(
        "员工宿舍楼办理居住登记", "新建员工宿舍 48 间，集中办理居住登记，希望能上门办理一次。",
        "锦绣纺织", "13 09:40", TicketKind.ASSISTANCE, category="用工社保",
        steps=(ask_for_more("12 09:05", "请补充：1. 宿舍楼消防验收意见；2. 入住人员名册（姓名、身份证明、户籍地）。"),),
    ),
    Story(
        "园区门口道路积水车辆进出困难", "园区南门一到下雨就积水 30 厘米，快递车进不来，双十一以来已经耽误发货两次。",
        "宏达电商产业园", "3 08:45", urgency=Urgency.AFFECTED, category="工程建设",
        steps=(
            ask_for_more("3 10:20", "请补充积水点照片和位置。"),
            supplement("2 09:00", "照片 4 张已发管家；位置在南门外 20 米，雨水口被施工围挡压住。"),
            accept("1 10:30", "工程建设"),
            note("1 10:40", "现场看过，雨水口在道路红线内，住建和城管都可能管，先问清权属再派。", by="wangqiang"),
        ),
    ),
    Story(
        "旧厂房租给他人后被重复收取垃圾处置费", "厂房租给下游企业，两家同时被收垃圾处置费，全年多缴 1.8 万元，要求核清并退还。",
        "中岳建材", "6 10:00", TicketKind.COMPLAINT, channel=Channel.STEWARD, category="税费减免",
        steps=(
            accept("5 10:30", "税费减免"),
            dispatch("4 09:00", "城管", "垃圾处置费由城管部门代收，请核实收费对象。"),
            sign("4 10:15"),
            send_back("4 16:20", "收费标准和退费由财政部门核定，我局只负责代征，无权决定退费。",
                      basis="《云州市城市生活垃圾处理费征收办法》第九条", to="财政"),
            grant("3 09:30", ProposalKind.SEND_BACK, "情况属实，同意退回。"),
        ),
    ),
    Story(
        "建议把企业开办和刻章并在一个窗口", "开办企业领照后还要到另一楼刻章、备案，来回三趟。建议并入一个窗口，一次办完。",
        "凤栖酒店", "2 15:25", TicketKind.SUGGESTION, channel=Channel.VISIT, category="证照办理",
        steps=(accept("1 15:00", "证照办理"),),
    ),
    Story(
        "合作社冷库用电价格是否按农业电价", "合作社新建 200 吨冷库，电费单按一般工商业计价，想确认能不能执行农业生产用电价格。",
        "绿野合作社", "2 10:12", TicketKind.CONSULTATION, channel=Channel.STEWARD, category="水电气暖",
        steps=(accept("1 11:20", "水电气暖", Difficulty.CONSULTATION),),
    ),
    Story(
        "申请变更污水接入点", "原定接入点距厂区 600 米，听说西侧新管网已通，想改接。",
        "海川食品", "9 09:15", category="环境保护",
        steps=(
            accept("9 14:00", "环境保护"),
            withdraw("8 10:30", "设计院重新测算，原接入点坡度更合适，不再申请变更。"),
        ),
    ),
)
