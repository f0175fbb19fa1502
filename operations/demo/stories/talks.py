"""What stewards noted of their enterprises. Those not named lately are the silent ones of the workbench."""

from models.correspondence import Side
from models.engagement import InteractionKind
from operations.demo.stories.story import Circular, Contact, Line

PHONE, VISIT, PLATFORM = InteractionKind.PHONE, InteractionKind.VISIT, InteractionKind.PLATFORM
VIDEO, MEETING = InteractionKind.VIDEO, InteractionKind.MEETING

TALKS = (
    Contact("38 10:10", "福兴热电", PHONE, "询问锅炉检修进度，郑总说检修期到下月底，暂时没有困难。"),
    Contact("34 15:20", "好邻居便利店", VISIT, "看了新店装修，提醒办食品经营许可变更，留了一次性告知单。"),
    Contact("29 09:40", "天工数控", PHONE, "徐总反映检查次数多，建议汇总后统一反映。"),
    Contact("25 14:30", "中北物流", PHONE, "韩经理说旺季车辆紧张，暂无需要协调的事项。", is_confirmed=True),
    Contact("24 10:00", "鑫源包装", VISIT, "到车间看技改设备，核对贴息申报材料，发现街道漏报，已代录诉求。", is_confirmed=True),
    Contact("21 11:15", "恒轧机械", PHONE, "孙部长反映工程师子女入学没落实，已转诉求。", is_confirmed=True),
    Contact("18 16:00", "宏达电商产业园", MEETING, "参加园区季度座谈，收集停车、积水、许可三类问题，逐条登记。", is_confirmed=False),
    Contact("15 10:30", "锦绣纺织", VISIT, "看了夜班食堂和宿舍，提醒居住登记要集中办理。", is_confirmed=True),
    Contact("12 09:50", "海川食品", VIDEO, "视频核对出口备案材料目录，缺产品标准一份。", 5),
    Contact("10 15:10", "北方新能源", VISIT, "陪自然资源局到现场看规划路，确认临时通道走向。", 10),
    Contact("9 10:20", "绿野合作社", VISIT, "看冷库施工，问电价分类，记下来转咨询。", is_confirmed=True),
    Contact("8 14:40", "中岳建材", VISIT, "石副总反映拖欠工程款，拿到结算书复印件，已代录清欠诉求。", 7),
    Contact("7 11:30", "云启软件", PLATFORM, "平台消息提醒高企复审材料截止日期，企业回复已在准备。"),
    Contact("6 16:20", "河口粮油", VISIT, "秋粮收购资金够用，提醒粉尘防爆自查。", is_confirmed=True),
    Contact("5 10:40", "凤栖酒店", PHONE, "苏总问窗口能否合并，建议已登记。", 9),
    Contact("4 09:30", "鑫源包装", PHONE, "告知贴息第二批拨付时间，张经理表示感谢。", is_confirmed=True),
    Contact("3 15:50", "顺达汽配", VISIT, "回访实习生参保情况，已全部参保；员工反映末班车早。"),
    Contact("2 10:50", "恒轧机械", VISIT, "看二期厂房，外线路径和供电公司现场对了一遍。", 4),
    Contact("2 16:10", "鲜又多超市", PHONE, "告知通行码已办好，店主说明天起能按时到货。"),
    Contact("1 09:40", "宏达电商产业园", PHONE, "核对积水点照片，约明天和住建一起看现场。", 1),
    Contact("1 16:30", "海川食品", PLATFORM, "发送出口备案材料清单，企业回复下周一交齐。", 5),
)

STEWARD, ENTERPRISE = Side.STEWARD, Side.ENTERPRISE
LINES = (
    Line("3 09:20", "恒轧机械", STEWARD, "孙部长，供电公司的外线施工图已经出了，您看后天上午到现场对一遍路径行不行？"),
    Line("3 11:05", "恒轧机械", ENTERPRISE, "行，后天上午我们在二期门口等，请带上施工图。"),
    Line("1 17:10", "恒轧机械", STEWARD, "图纸发您邮箱了，明天现场见。"),
    Line("1 09:15", "鑫源包装", ENTERPRISE, "刘敏你好，贴息第二批的到账通知在哪里看？"),
    Line("2 15:40", "海川食品", STEWARD, "出口备案目录里还缺一份产品标准，扫描件发给我就行，纸质的不用送来。"),
    Line("1 10:30", "海川食品", ENTERPRISE, "好的，下周一前发您。"),
)
CIRCULARS = (
    Circular("5 10:00", "liumin", "稳岗补贴开始申报", "本月底前在线申报稳岗补贴，材料清单在市人社局网站。拿不准的随时问我。"),
    Circular("2 09:00", "wujie", "惠企政策宣讲会", "下周三下午两点，市企业服务中心二楼，讲贷款贴息和设备更新。自愿参加，可以看回放。"),
)
