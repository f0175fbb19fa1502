"""What the demonstration has beyond the city of the tests: two more bureaus, a town's steward, ten enterprises."""

from models import clock
from models.access import Role, User
from models.base import db
from models.directory import Claim, EnterpriseCategory, FactRequest, OrganisationKind
from operations.base import operation
from operations.demo import city

K, R, C = OrganisationKind, Role, EnterpriseCategory
ORGANISATIONS = (
    ("云州市市场监督管理局", "市市场监管局", K.BUREAU, "9901", "云州市人民政府"),
    ("云州市城市管理局", "市城管局", K.BUREAU, "9901", "云州市人民政府"),
)
PEOPLE = (
    ("zhaolei", "赵磊", R.STEWARD, "河口镇人民政府", "企业管家", 9),
    ("gengna", "耿娜", R.CASE_OFFICER, "云州市市场监督管理局", "承办人", 9),
    ("qinhao", "秦浩", R.UNIT_LEADER, "云州市市场监督管理局", "局长", 1),
    ("luyao", "陆瑶", R.UNIT_LEADER, "云州市市场监督管理局", "分管副局长", 2),
    ("dongqi", "董琪", R.CASE_OFFICER, "云州市城市管理局", "承办人", 9),
    ("wanlijun", "万立军", R.UNIT_LEADER, "云州市城市管理局", "局长", 1),
    ("gulan", "顾岚", R.SPECIAL_OBSERVER, "云州市营商环境建设局", "特约监督员", 9),
)
ENTERPRISES = (
    ("91990102MA0011XY36", "云州锦绣纺织有限公司", "锦绣纺织", C.INDUSTRY, "990102001", "周秀兰 总经理", "13800001101",
     "liumin", ("jinxiu", "周秀兰"), False),
    ("91990103MA0012XY65", "云州海川食品有限公司", "海川食品", C.INDUSTRY, "990103001", "潘海 厂长", "13800001202",
     "wangqiang", ("haichuan", "潘海"), False),
    ("91990103MA0013XY9M", "云州云启软件有限公司", "云启软件", C.SERVICES, "990103001", "尹晨 创始人", "13800001303",
     "wangqiang", ("yunqi", "尹晨"), False),
    ("91990102MA0014XY1M", "云州凤栖酒店管理有限公司", "凤栖酒店", C.COMMERCE, "990102001", "苏曼 总经理", "13800001404",
     "liumin", None, False),
    ("93990121MA0015XY4G", "临河县绿野蔬菜专业合作社", "绿野合作社", C.COOPERATIVE, "990121100", "马洪生 理事长", "13800001505",
     "zhaolei", None, False),
    ("91990121MA0016XY77", "云州北方新能源有限公司", "北方新能源", C.KEY_PROJECT, "990121100", "贺明 项目总监", "13800001606",
     "zhaolei", ("beifang", "贺明"), True),
    ("91990102MA0017XYX2", "云州中岳建材有限公司", "中岳建材", C.INDUSTRY, "990102001", "石磊 副总", "13800001707",
     "liumin", None, False),
    ("91990103MA0018XY24", "云州顺达汽车配件有限公司", "顺达汽配", C.INDUSTRY, "990103001", "庞勇 总经理", "13800001808",
     "wangqiang", None, False),
    ("92990102MA0019XY53", "城东区鲜又多生鲜超市", "鲜又多超市", C.SOLE_TRADER, "990102001", "柳姐", "13800001909",
     "liumin", None, False),
    ("91990121MA0020XY6G", "临河县河口粮油加工厂", "河口粮油", C.GENERAL, "990121100", "韦大江 厂长", "13800002020",
     "zhaolei", None, False),
)

# mobile, name, enterprise
CLAIMANTS = (("13900000188", "石小川", "中岳建材"),)


@operation
def build() -> city.City:
    """The city and its suburbs, in an empty database."""
    built = city.build()
    hashed = built.users["liumin"].password_hash or ""
    city.settle(built, hashed, organisations=ORGANISATIONS, people=PEOPLE, enterprises=ENTERPRISES)
    for claimant in CLAIMANTS:
        _claim(built, *claimant, hashed=hashed)
    _ask(built, "hengzha", "恒轧机械")
    return built


def _ask(built: city.City, member: str, short_name: str) -> None:
    """A member who has counted their people again, waiting for the registrar."""
    firm = built.enterprises[short_name]
    db.session.add(FactRequest(enterprise_id=firm.id, field="staff_count", before=str(firm.staff_count or ""),
                               after="186", asked_by_id=built.users[member].id, asked_at=clock.now()))


def _claim(built: city.City, mobile: str, person: str, short_name: str, *, hashed: str) -> None:
    """Somebody whose mobile the directory does not know, waiting for the steward."""
    firm = built.enterprises[short_name]
    user = User(username=mobile, name=person, phone=mobile, password_hash=hashed, created_at=clock.now())
    db.session.add(user)
    db.session.flush()
    db.session.add(Claim(user_id=user.id, enterprise_id=firm.id, credit_code=firm.credit_code or "", name=firm.name,
                         person=person, mobile=mobile, asked_at=clock.now()))
