"""The city itself: regions, organisations, people in every role, enterprises and their stewards."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from models import clock
from models.access import MemberRole, Post, Role, User
from models.base import db
from models.directory import (
    Enterprise,
    EnterpriseCategory,
    EnterpriseKind,
    Line,
    Organisation,
    OrganisationKind,
    Region,
    RegionLevel,
    Stewardship,
)
from operations.access.passwords import hashed as hash_of
from operations.base import operation
from operations.directory.names import initials_of
from operations.directory.ownership import Owners
from operations.insight import indexing

PASSWORD = "Yunzhou-2026"

# code, name, level, parent code
REGIONS = (
    ("99", "云岭省", RegionLevel.PROVINCE, ""),
    ("9901", "云州市", RegionLevel.CITY, "99"),
    ("990102", "城东区", RegionLevel.COUNTY, "9901"),
    ("990103", "高新区", RegionLevel.COUNTY, "9901"),
    ("990121", "临河县", RegionLevel.COUNTY, "9901"),
    ("990102001", "城东街道", RegionLevel.TOWN, "990102"),
    ("990103001", "软件园街道", RegionLevel.TOWN, "990103"),
    ("990121100", "河口镇", RegionLevel.TOWN, "990121"),
)
K = OrganisationKind
# name, short name, kind, region code, parent name
ORGANISATIONS = (
    ("云州市人民政府", "市政府", K.GOVERNMENT, "9901", ""),
    ("云州市营商环境建设局", "市营商局", K.SUPERVISION_OFFICE, "9901", "云州市人民政府"),
    ("云州市企业服务中心", "市企服中心", K.SERVICE_CENTRE, "9901", "云州市人民政府"),
    ("云州市纪委监委", "市纪委监委", K.DISCIPLINE, "9901", ""),
    ("云州市住房和城乡建设局", "市住建局", K.BUREAU, "9901", "云州市人民政府"),
    ("云州市住建局市政科", "住建局市政科", K.WINDOW, "9901", "云州市住房和城乡建设局"),
    ("云州市自然资源局", "市自然资源局", K.BUREAU, "9901", "云州市人民政府"),
    ("云州市供电公司", "市供电公司", K.BUREAU, "9901", "云州市人民政府"),
    ("云州市财政局", "市财政局", K.BUREAU, "9901", "云州市人民政府"),
    ("云州市消防救援支队", "市消防支队", K.BUREAU, "9901", "云州市人民政府"),
    ("云州市人力资源和社会保障局", "市人社局", K.BUREAU, "9901", "云州市人民政府"),
    ("云州市发展和改革委员会", "市发改委", K.BUREAU, "9901", "云州市人民政府"),
    ("云州市工业和信息化局", "市工信局", K.BUREAU, "9901", "云州市人民政府"),
    ("云州市商务局", "市商务局", K.BUREAU, "9901", "云州市人民政府"),
    ("城东区人民政府", "城东区政府", K.GOVERNMENT, "990102", "云州市人民政府"),
    ("城东区企业服务中心", "城东区企服中心", K.SERVICE_CENTRE, "990102", "城东区人民政府"),
    ("城东街道办事处", "城东街道", K.TOWN, "990102001", "城东区人民政府"),
    ("软件园街道办事处", "软件园街道", K.TOWN, "990103001", "云州市人民政府"),
    ("河口镇人民政府", "河口镇", K.TOWN, "990121100", "云州市人民政府"),
)
# The bureaux that own a class of enterprises (domain.md §1, 填报单位).
LINES = {"云州市发展和改革委员会": Line.PROJECTS, "云州市工业和信息化局": Line.INDUSTRY, "云州市商务局": Line.COMMERCE}
R = Role
# username, name, role, organisation, title, rank
PEOPLE = (
    ("liumin", "刘敏", R.STEWARD, "城东街道办事处", "企业管家", 9),
    ("wangqiang", "王强", R.STEWARD, "软件园街道办事处", "企业管家", 9),
    ("chenjing", "陈静", R.CASE_OFFICER, "云州市供电公司", "承办人", 9),
    ("zhoujian", "周建", R.UNIT_LEADER, "云州市供电公司", "负责人", 1),
    ("litao", "李涛", R.CASE_OFFICER, "云州市自然资源局", "承办人", 9),
    ("gaofeng", "高峰", R.UNIT_LEADER, "云州市自然资源局", "局长", 1),
    ("linfang", "林芳", R.CASE_OFFICER, "云州市住房和城乡建设局", "承办人", 9),
    ("zhaoguoqiang", "赵国强", R.UNIT_LEADER, "云州市住房和城乡建设局", "局长", 1),
    ("sunyue", "孙悦", R.CASE_OFFICER, "云州市财政局", "承办人", 9),
    ("maliang", "马良", R.UNIT_LEADER, "云州市财政局", "局长", 1),
    ("hanxue", "韩雪", R.CASE_OFFICER, "云州市消防救援支队", "承办人", 9),
    ("duwei", "杜伟", R.UNIT_LEADER, "云州市消防救援支队", "支队长", 1),
    ("yangfan", "杨帆", R.CASE_OFFICER, "云州市人力资源和社会保障局", "承办人", 9),
    ("songli", "宋丽", R.UNIT_LEADER, "云州市人力资源和社会保障局", "局长", 1),
    ("wujie", "吴洁", R.CLERK, "云州市企业服务中心", "受理派单席", 9),
    ("xuhui", "徐慧", R.CLERK, "云州市企业服务中心", "回访席", 9),
    ("tangyi", "唐毅", R.CLERK, "城东区企业服务中心", "受理派单席", 9),
    ("hening", "何宁", R.SUPERVISOR, "云州市营商环境建设局", "督办科", 9),
    ("luoshizhang", "罗建国", R.LEADER, "云州市人民政府", "副市长", 2),
    ("qianwei", "钱伟", R.DISCIPLINE_OBSERVER, "云州市纪委监委", "派驻纪检组", 9),
    ("dengli", "邓丽", R.REGISTRAR, "云州市发展和改革委员会", "重点项目填报", 9),
    ("hejun", "何军", R.REGISTRAR, "云州市工业和信息化局", "规上工业填报", 9),
    ("baixue", "白雪", R.REGISTRAR, "云州市商务局", "限上商贸填报", 9),
    ("fangming", "方明", R.REGISTRAR, "城东区人民政府", "属地填报", 9),
    ("admin", "系统管理员", R.SYSTEM_ADMINISTRATOR, "云州市企业服务中心", "", 9),
    ("security", "安全管理员", R.SECURITY_ADMINISTRATOR, "云州市企业服务中心", "", 9),
    ("audit", "审计管理员", R.AUDIT_ADMINISTRATOR, "云州市企业服务中心", "", 9),
)
C = EnterpriseCategory
# credit code, name, short name, category, region code, contact, phone, steward, member (username, name), green card
ENTERPRISES = (
    ("91990102MA0001XY8X", "云州恒轧机械有限公司", "恒轧机械", C.KEY_PROJECT, "990102001", "孙伟 设备部长", "13800002607",
     "liumin", ("hengzha", "孙伟"), True),
    ("91990102MA0002XY0C", "云州鑫源包装制品有限公司", "鑫源包装", C.INDUSTRY, "990102001", "张丽 行政经理", "13800000013",
     "liumin", ("xinyuan", "张丽"), False),
    ("91990102MA0003XY3W", "云州福兴热电设备有限公司", "福兴热电", C.INDUSTRY, "990102001", "郑涛 副总", "13800000355",
     "liumin", None, False),
    ("92990102MA0004XY6A", "城东区好邻居便利店", "好邻居便利店", C.SOLE_TRADER, "990102001", "王姐", "13800000749",
     "liumin", None, False),
    ("91990103MA0005XY9C", "云州天工数控科技有限公司", "天工数控", C.INDUSTRY, "990103001", "徐立 总经理", "13800000941",
     "liumin", None, False),
    ("91990102MA0006XY1C", "中北物流云州分公司", "中北物流", C.COMMERCE, "990102001", "韩梅 经理", "13800000635",
     "liumin", None, False),
    ("91990103MA0007XY4B", "云州宏达电商产业园有限公司", "宏达电商产业园", C.SERVICES, "990103001", "陆洋 运营总监", "13800000127",
     "wangqiang", ("hongda", "陆洋"), False),
    ("92990121MA0008XY7T", "河口镇老边家饺子馆", "老边家饺子馆", C.SOLE_TRADER, "990121100", "边大姐", "13800000888",
     None, None, False),
)

KINDS = {"92": EnterpriseKind.SOLE_TRADER, "93": EnterpriseKind.COOPERATIVE}


@dataclass(slots=True)
class City:
    """What was built, by the names above."""

    regions: dict[str, Region] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    enterprises: dict[str, Enterprise] = field(default_factory=dict)


@operation
def build(hashed: str | None = None) -> City:
    """Build the city in an empty database. Every account has PASSWORD, or the password that ``hashed`` belongs to."""
    city, hashed = City(), hashed or hash_of(PASSWORD)
    for code, name, level, parent in REGIONS:
        _place(city, code, name, level=level, parent=parent)
    settle(city, hashed, organisations=ORGANISATIONS, people=PEOPLE, enterprises=ENTERPRISES)
    return city


def settle(
    city: City, hashed: str, *, organisations: Sequence[Any], people: Sequence[Any], enterprises: Sequence[Any]
) -> None:
    """Let more move in: rows as in the tables above, whoever they name being there or in the same rows."""
    for name, short_name, kind, code, parent in organisations:
        _organise(city, name, short_name, kind=kind, code=code, parent=parent)
    for username, name, role, organisation, title, rank in people:
        _employ(city, username, name, hashed, role=role, organisation=organisation, title=title, rank=rank)
    for row in enterprises:
        _register(city, row, hashed)
    indexing.index_enterprises(enterprise.id for enterprise in city.enterprises.values())


def _place(city: City, code: str, name: str, *, level: RegionLevel, parent: str) -> None:
    above = city.regions.get(parent)
    region = city.regions[code] = Region(code=code, name=name, level=level, parent_id=above.id if above else None)
    _set_path(region, above)


def _organise(city: City, name: str, short_name: str, *, kind: OrganisationKind, code: str, parent: str) -> None:
    above = city.organisations.get(parent)
    unit = city.organisations[name] = Organisation(
        name=name, short_name=short_name, kind=kind, region_id=city.regions[code].id,
        parent_id=above.id if above else None, line=LINES.get(name),
    )
    _set_path(unit, above)


def _set_path(row: Region | Organisation, above: Region | Organisation | None) -> None:
    db.session.add(row)
    db.session.flush()
    row.path = f"{above.path if above else '/'}{row.id}/"
    db.session.flush()


def _employ(
    city: City, username: str, name: str, hashed: str, *, role: Role, organisation: str, title: str, rank: int
) -> None:
    phone = f"139000{10000 + len(city.users)}"
    user = User(username=username, name=name, phone=phone, password_hash=hashed, created_at=clock.now())
    city.users[username] = user
    db.session.add(user)
    db.session.flush()
    unit = city.organisations[organisation]
    db.session.add(Post(user_id=user.id, role=role, organisation_id=unit.id, title=title, rank=rank,
                        region_id=unit.region_id, started_at=clock.now()))


def _register(city: City, row: Sequence[Any], hashed: str) -> None:
    code, name, short_name, category, region, contact, phone, steward, member, has_green_card = row
    enterprise = city.enterprises[short_name] = Enterprise(
        credit_code=code, name=name, short_name=short_name, initials=initials_of(name), category=category,
        region_id=city.regions[region].id, kind=KINDS.get(code[:2], EnterpriseKind.COMPANY),
        contact_name=contact, contact_phone=phone, has_green_card=has_green_card, created_at=clock.now(),
        claimed_at=clock.now() if member else None, owner_unit_id=Owners().of(category, city.regions[region].path),
    )
    db.session.add(enterprise)
    db.session.flush()
    if steward:
        db.session.add(Stewardship(enterprise_id=enterprise.id, steward_id=city.users[steward].id,
                                   started_at=clock.now(), reason="属地分配"))
    if member:
        username, person = member
        user = city.users[username] = User(username=username, name=person, password_hash=hashed, created_at=clock.now())
        db.session.add(user)
        db.session.flush()
        db.session.add(Post(user_id=user.id, role=Role.ENTERPRISE_MEMBER, enterprise_id=enterprise.id,
                            member_role=MemberRole.ADMINISTRATOR, started_at=clock.now()))
