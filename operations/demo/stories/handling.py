"""Demands that a unit has in hand and within time: with everything that may happen while it has them."""

from models.tickets import Channel, Difficulty, LedgerClass, ProposalKind, ResultKind, TicketKind, Urgency
from operations.demo.scene import CENTRE, OFFICE
from operations.demo.steps import (
    accept,
    answer_instruction,
    assisted,
    call,
    consult,
    contact,
    decline,
    dispatch,
    extension,
    grant,
    instruct,
    ledger,
    merge,
    message,
    note,
    remind,
    reply,
    result,
    send_back,
    sign,
)
from operations.demo.stories.story import Story

K, D = TicketKind, Difficulty

STORIES = (
    Story(
        "二期厂房外接 10 千伏线路何时送电", "二期厂房 6 月完工，外线申请 4 月就报了，施工队说等电网计划，设备调试工人每天误工损失近万元。",
        "恒轧机械", "2 08:40", urgency=Urgency.STOPPED, category="水电气暖",
        steps=(
            accept("2 09:05", "水电气暖", D.GREEN_CARD),
            dispatch("1 08:50", "供电", "绿卡项目，外线工程由供电公司实施。"),
            sign("1 09:20"),
            contact("1 10:10", "已与设备部孙部长通话，约定明天上午到现场核对路径。"),
        ),
    ),
    Story(
        "不动产证面积与实测不符要求更正", "厂区 2 号库不动产证面积比实测少 312 平方米，银行据此压低了抵押额度，请求更正登记。",
        "鑫源包装", "3 10:30", category="用地规划",
        steps=(
            accept("3 14:10", "用地规划"),
            dispatch("2 09:15", "自然资源", "不动产登记中心承办。"),
            sign("2 11:00"),
            contact("2 15:40", "已联系张经理，请企业把当年测绘报告拍照发来。"),
            message("1 09:30", "测绘报告和宗地图已经上传，共 6 页。"),
        ),
    ),
    Story(
        "新线投产急需补办施工许可", "补办手续材料已交三次，每次窗口要求都不一样，希望一次说清还缺什么。",
        "锦绣纺织", "6 09:10", urgency=Urgency.AFFECTED, category="工程建设",
        steps=(
            accept("6 10:20", "工程建设"),
            dispatch("5 09:00", "住建", "施工许可由住建局核发。"),
            sign("5 14:30"),
            contact("5 16:00", "已约企业明天上午带全套材料到窗口集中审。", method="上门"),
            remind("1 14:00", "企业反映昨天窗口又要一份新的承诺书，请今天给出书面清单。"),
        ),
    ),
    Story(
        "大件运输通行证跨区不认", "同一批货在市区办了通行证，到高新区又被要求另办，请协调一次办好。",
        "中北物流", "3 15:10", K.COMPLAINT, channel=Channel.STEWARD, category="执法检查",
        steps=(accept("3 16:30", "执法检查"), dispatch("2 10:00", "城管", "涉及两区通行管理，由市城管局牵头。")),
    ),
    Story(
        "园区消防通道划线方案请给意见", "园区东侧通道划线改造，想在施工前请消防先看一眼方案，免得返工。",
        "宏达电商产业园", "5 11:00", K.ASSISTANCE, category="消防安全",
        steps=(
            accept("5 14:00", "消防安全"),
            dispatch("4 09:20", "消防", "技术咨询，上门指导。"),
            sign("4 10:00"),
            contact("4 10:30", "定于后天上午到园区现场看方案。"),
            result("1 10:00", "已到现场核对方案：通道净宽 4.2 米符合要求，转角处加画禁停线两处，方案可以施工。"),
        ),
    ),
    Story(
        "重点群体就业补贴申领被系统退回", "招用 11 名脱贫人口，就业补贴申领两次被系统退回，只提示“数据不符”，不知道哪里不符。",
        "海川食品", "5 09:05", K.POLICY, category="政策兑现",
        steps=(
            accept("5 10:00", "政策兑现"),
            dispatch("4 08:50", "人社", "就业补贴由人社局审核。"),
            sign("4 09:30"),
            contact("4 15:00", "已联系潘厂长，查到 3 人社保起缴月份与合同不一致。"),
            extension("2 10:20", "3 人社保补缴需省平台数据回传，回传周期 5 个工作日。", basis="省社保数据交换规程", days=4),
            grant("1 09:10", ProposalKind.EXTENSION, "情况属实，请服务中心审批。"),
        ),
    ),
    Story(
        "道路施工围挡遮挡店面已四个月", "门前排水改造围挡 4 个月，客流少了一半，问了施工队说手续没下来，停工也不拆。",
        "好邻居便利店", "4 10:30", K.COMPLAINT, channel=Channel.HOTLINE, category="工程建设",
        steps=(
            accept("4 11:00", "工程建设"),
            dispatch("3 09:00", "住建", "排水改造由住建局市政科组织实施。"),
            sign("3 09:40"),
            contact("3 10:00", "已与店主通话，明天现场量围挡距离。"),
            extension("1 14:30", "围挡移位需重新办理占道审批，审批时限 3 个工作日。", basis="《城市道路管理条例》第三十一条", days=3),
        ),
    ),
    Story(
        "技改设备进口减免税确认书办理慢", "两台进口纺机的减免税确认书材料交了一个半月，到港已产生滞箱费。",
        "锦绣纺织", "7 09:30", K.POLICY, urgency=Urgency.AFFECTED, category="税费减免",
        steps=(
            accept("7 10:30", "税费减免"),
            dispatch("6 09:00", "财政", "由财政局牵头核对项目资金和减免条件。"),
            sign("6 10:00"),
            contact("6 11:00", "已联系周总，请补发票复印件。"),
            extension("4 09:30", "省厅系统升级，确认书出具推迟。", basis="省厅系统升级公告", days=4),
            grant("4 14:00", ProposalKind.EXTENSION),
            grant("3 10:00", ProposalKind.EXTENSION, "同意延期，请主动告知企业。", by=CENTRE),
        ),
    ),
    Story(
        "厂区规划路未建成影响环评验收", "环评批复要求主出入口临规划路，该路至今未建，验收卡住，请明确建设时间。",
        "北方新能源", "16 09:20", category="用地规划",
        steps=(
            accept("16 10:30", "用地规划", D.COMPLEX),
            dispatch("15 09:10", "自然资源", "规划道路建设时序由自然资源局会同住建局研究。", assisting=("住建",)),
            sign("15 10:00"),
            contact("15 14:20", "已与贺总监对接，调取控规图则。"),
            sign("14 09:00", "住建"),
            assisted("10 15:00", "住建", "该路列入明年城建计划预备项目，资金未落实，今年不具备开工条件。"),
            ledger("8 09:30", LedgerClass.FUNDS, "道路建设资金列入明年预算草案，需待批复；企业环评验收可先按临时通道论证。", days=60),
            grant("7 10:20", ProposalKind.LEDGER, "同意挂账，复核前先组织临时通道论证。", by=OFFICE),
        ),
    ),
    Story(
        "历史遗留用地手续不全无法办证", "1998 年购入的厂区，原出让合同找不到，不动产证一直办不下来，想贷款扩产没有抵押物。",
        "福兴热电", "11 10:20", K.RIGHTS, channel=Channel.STEWARD, category="用地规划",
        steps=(
            accept("11 15:00", "用地规划", D.HARD),
            dispatch("10 09:00", "自然资源", "历史遗留用地，按疑难件办理。", assisting=("财政",)),
            sign("10 10:00"),
            contact("10 16:00", "已约郑总带齐购地票据来局档案室一起查。", method="上门"),
            sign("9 09:20", "财政"),
            assisted("6 11:00", "财政", "已查到 1998 年土地出让金缴款书存根，复印件随附。"),
            ledger("1 10:40", LedgerClass.HISTORICAL, "需省厅档案馆调取原始批文，调取周期较长。", days=45),
        ),
    ),
    Story(
        "园区电商企业集中办理食品经营许可", "园区 23 家商户要办食品经营许可，希望组织一次集中现场核查。",
        "宏达电商产业园", "10 10:00", K.ASSISTANCE, category="证照办理",
        steps=(
            accept("10 10:40", "证照办理", D.COMPLEX),
            dispatch("9 09:00", "市场监管", "由市场监管局牵头，消防配合。", assisting=("消防",)),
            sign("9 09:30"),
            sign("9 10:30", "消防"),
            contact("9 11:00", "与陆总监确定分两批核查，首批 12 家。"),
            assisted("4 16:00", "消防", "23 家商户消防自查表已核对，2 家需整改疏散指示。"),
            consult("3 09:30", ("城管",), "首批 12 家本周核查，第二批下周三前完成。", duty="清理首批商户通道堆物", days=7),
            sign("2 09:10", "城管"),
        ),
    ),
    Story(
        "拖欠工程款三年未付清", "2023 年为某镇修建泵站，结算 186.5 万元，已付 120 万元，余款三年未付，工人工资还压着。",
        "中岳建材", "8 09:40", K.ARREARS, channel=Channel.STEWARD, urgency=Urgency.AFFECTED, category="拖欠账款",
        steps=(
            accept("8 11:00", "拖欠账款", D.COMPLEX),
            dispatch("7 09:00", "财政", "清欠办设在财政局。"),
            sign("7 10:00"),
            contact("7 14:30", "已联系石副总，收到结算书和催款函复印件。"),
            instruct("4 16:30", "请财政局 5 个工作日内提出还款计划，年底前先付工人工资部分。", 5),
            note("3 10:00", "镇里答应先拨 30 万元，等区财政批。"),
        ),
    ),
    Story(
        "检查频次过高影响生产", "上月迎接各部门检查 9 次，内容大量重复，车间主任一半时间在陪检。",
        "天工数控", "9 10:10", K.COMPLAINT, channel=Channel.STUDIO, category="执法检查",
        steps=(
            accept("9 14:00", "执法检查", D.COMPLEX),
            dispatch("8 09:00", "市场监管", "请牵头梳理检查事项，推行联合检查。"),
            sign("8 09:50"),
            contact("8 15:00", "已请企业列出 9 次检查的单位和内容。"),
            instruct("7 11:00", "一企一年一次联合检查，马上排出计划报我。", 3),
            answer_instruction("5 16:00", "已会同消防、人社、城管排定联合检查计划，天工数控全年合并为一次，计划表已报市政府办公室。"),
        ),
    ),
    Story(
        "商铺产权分割登记被要求补缴费用", "分割登记时被要求补缴配套费 7.2 万元，没有看到依据，请给出文件。",
        "凤栖酒店", "13 09:50", K.COMPLAINT, channel=Channel.STEWARD, category="税费减免",
        steps=(
            accept("13 10:30", "税费减免"),
            dispatch("12 09:00", "自然资源", "登记机构核实收费依据。"),
            sign("12 10:00"),
            contact("12 11:00", "已联系苏总，请发收费通知照片。"),
            result("9 10:00", "配套费为原开发单位欠缴，已与开发单位核对。", ResultKind.EXPLAINED, next_step="请企业与开发单位协商。"),
            grant("9 15:00", ProposalKind.RESULT),
            reply("8 09:30", "登记机构答复：费用应由原开发单位承担。", "那还是办不下来呀。"),
            call("5 10:00", "企业说问题没有解决，登记窗口仍然要求先缴费。", is_solved=False, is_satisfied=False),
            sign("4 10:30"),
            contact("4 14:00", "重办：已通知窗口不得以此为由拒收，请企业本周再来一次。"),
        ),
    ),
    Story(
        "热力管网接入费计算有疑问", "接入费按建筑面积计，车间层高 9 米按 1.5 倍计，想知道依据和能否按用热量计。",
        "福兴热电", "3 09:00", channel=Channel.STEWARD, category="水电气暖",
        steps=(
            accept("3 10:00", "水电气暖"),
            dispatch("1 09:30", "住建", "供热管理科承办。"),
            sign("1 10:10"),
            send_back("1 15:20", "热力接入费属供热企业经营收费，价格由发展改革部门管理。",
                      basis="《云岭省城市供热条例》第二十六条", to="财政"),
        ),
    ),
    Story(
        "举报有人假借检查名义推销灭火器", "两名自称消防的人员到店要求必须买指定灭火器，没有出示证件，请核实身份。",
        "鲜又多超市", "3 14:20", K.REPORT, channel=Channel.HOTLINE, category="执法检查",
        steps=(
            accept("3 15:00", "执法检查", secret=True),
            dispatch("2 08:50", "消防", "核实是否在编人员，必要时移送公安。"),
            sign("2 09:00"),
            contact("2 09:30", "已向店主说明消防部门从不推销器材，请保留收据。"),
            result("1 11:00", "经查非我单位人员。", ResultKind.EXPLAINED),
            decline("1 16:00", ProposalKind.RESULT, "结论太简单，请写明查证经过和移送情况再报。"),
        ),
    ),
    Story(
        "软件园夜间公交停运员工通勤难", "晚 9 点后没有公交，研发加班员工通勤困难，园区 6 家企业都有同样问题。",
        "云启软件", "4 10:00", K.SUGGESTION, category="其他",
        steps=(
            accept("4 11:00", "其他"),
            dispatch("3 10:00", "城管", "由市城管局会同公交公司研究。"),
            sign("3 10:30"),
            contact("3 15:00", "已与尹总通话，收集 6 家企业的通勤时段。"),
        ),
    ),
    Story(
        "建议延长园区末班公交时间", "顺达汽配夜班 22 点下班，同样赶不上末班车，建议延长到 22:30。",
        "顺达汽配", "3 11:10", K.SUGGESTION, channel=Channel.STEWARD, category="其他",
        steps=(
            accept("3 14:00", "其他"),
            merge("2 10:00", "软件园夜间公交停运员工通勤难", "同一区域同一诉求，合并办理。"),
        ),
    ),
)
