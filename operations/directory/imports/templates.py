"""The templates: which columns they have, what each may hold, and the empty workbook that is handed out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.directory import EnterpriseCategory, EnterpriseStatus, ImportKind, ProjectStage, StewardClass
from models.hall import CaseChannel
from operations.tables import writing
from operations.tables.lines import Wanted

REASON = "原因"
ROWS_WITH_CHOICES = 200_000


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a template. ``choices`` become a drop-down; ``aliases`` are other headings it may come under.

    What stands in one that ``is_unseen`` is given back to nobody.
    """

    name: str
    hint: str
    example: Any = ""
    is_required: bool = False
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    width: int = 14
    is_unseen: bool = False


def _labels(kind: Any) -> tuple[str, ...]:
    return tuple(member.label for member in kind)


CODE, NAME, REGION, CATEGORY, STEWARD = "统一社会信用代码", "企业名称", "所属区划", "填报类别", "企业管家"
PROJECT, INVESTMENT, STAGE = "项目名称", "项目总投资(万元)", "项目阶段"
ENTERPRISES = (
    Column(CODE, "18 位，不含 I、O、S、V、Z", "91990102MA0001XY8X", True, aliases=("信用代码", "社会信用代码"), width=22),
    Column(NAME, "营业执照上的全称，最多 200 字", "云州示例机械有限公司", True, aliases=("名称", "单位名称"), width=30),
    Column("注册地址", "最多 300 字", "城东街道人民路 1 号", aliases=("地址", "经营地址", "注册/经营地址"), width=30),
    Column(REGION, "区划代码（6 位或 9 位）或全称", "990102001", True, aliases=("区划", "区划代码", "街道"), width=14),
    Column("法定代表人", "姓名", "孙明", aliases=("法人", "企业法人")),
    Column("联系人", "姓名，可加职务", "张立 办公室主任", aliases=("企业联系人",)),
    Column("联系电话", "手机或带区号的固定电话", "13800000001", aliases=("电话", "联系人电话", "手机")),
    Column("行业", "GB/T 4754 代码（至少 2 位）或大类名称", "34", aliases=("行业代码", "所属行业")),
    Column(CATEGORY, "决定由哪个单位填报", "规上工业", True, _labels(EnterpriseCategory), ("入库标志", "类别")),
    Column("经营状态", "不填按投产运营", "投产运营", choices=_labels(EnterpriseStatus), aliases=("状态",)),
    Column("从业人数", "整数", 120, aliases=("从业人员",)),
    Column("营业收入(万元)", "最多 4 位小数", 3500.5, aliases=("营业收入", "营业收入（万元）")),
    Column("资产总额(万元)", "最多 4 位小数", 8000, aliases=("资产总额", "资产总额（万元）")),
    Column("成立日期", "如 2015-03-01", "2015-03-01", aliases=("注册日期",)),
    Column(STEWARD, "已登记管家的用户名或手机号", "", aliases=("管家", "主管家")),
    Column(PROJECT, "没有项目不填", "", width=24),
    Column(INVESTMENT, "最多 4 位小数", "", aliases=("项目总投资", "项目总投资（万元）", "总投资(万元)"), width=18),
    Column(STAGE, "有项目时填", "", choices=_labels(ProjectStage)),
)
UNIT, CLASS, GRID = "工作单位", "管家类别", "所属网格"
STEWARDS = (
    Column("姓名", "真实姓名", "刘立", True),
    Column("手机", "11 位手机号，用于认人", "13800000002", True, aliases=("手机号", "手机号码", "联系电话")),
    Column(UNIT, "系统中单位的全称", "城东街道办事处", True, aliases=("单位",), width=24),
    Column(CLASS, "不填按乡镇街道", "乡镇街道", choices=_labels(StewardClass), aliases=("类别",)),
    Column("职务", "最多 64 字", "副主任", aliases=("职级",)),
    Column(GRID, "区划代码或全称", "990102001", aliases=("网格", "所属区划"), width=16),
    Column("服务上限(户)", "1 至 1000 的整数，不填为 60", 60, aliases=("服务上限", "服务上限（户）")),
    Column("用户名", "登录用；不填用手机号", "", aliases=("登录名", "账号")),
)
WHY = "理由"
STEWARDSHIPS = (
    Column(CODE, "18 位；没有代码的填企业名称", "91990102MA0001XY8X", aliases=("信用代码", "社会信用代码"), width=22),
    Column(NAME, "目录里的全称", "云州示例机械有限公司", aliases=("名称", "单位名称"), width=30),
    Column(STEWARD, "已登记管家的用户名或手机号", "13800000002", True, aliases=("管家", "主管家", "管家手机"), width=18),
    Column(WHY, "最多 150 字，写进包保记录", "按网格调整", aliases=("原因说明", "依据"), width=24),
)
CASES = (
    Column("办件编号", "大厅系统里的编号，一件一个，最多 64 位", "20260824-0001", True, aliases=("办件号", "业务流水号"), width=18),
    Column("事项名称", "最多 200 字", "城镇污水排入排水管网许可", True, aliases=("事项", "办理事项"), width=28),
    Column("事项编码", "实施编码或大厅自己的编码", "11990100MB00000001", aliases=("实施编码", "事项实施编码"), width=22),
    Column("单位代码", "大厅系统里的代码，首次出现的在“大厅办件”里对应", "ZJJ", True, aliases=("部门代码", "受理部门代码")),
    Column("单位名称", "可不填；填了便于对应", "云州市住房和城乡建设局", aliases=("部门名称", "受理部门"), width=24),
    Column("窗口代码", "没有窗口的不填", "B12", aliases=("窗口号", "窗口编号")),
    Column("窗口名称", "可不填", "", aliases=("窗口",), width=20),
    Column("人员代码", "大厅系统里的工号", "0231", aliases=("工号", "人员工号", "承办人代码")),
    Column("人员姓名", "可不填", "", aliases=("工作人员", "承办人")),
    Column("办结时间", "如 2026-08-24 10:15，北京时间", "2026-08-24 10:15", True, aliases=("完成时间", "办结日期时间"), width=18),
    Column("办理渠道", "不填按大厅窗口", "大厅窗口", choices=_labels(CaseChannel), aliases=("渠道", "申请方式")),
    Column(CODE, "企业来办的填；不在企业目录里的不挂企业", "", aliases=("信用代码", "社会信用代码"), width=22),
    Column("办事人标识", "证件号或手机号，只用来算同一人的摘要，不保存", "", aliases=("证件号码", "办事人证件号"), width=20,
           is_unseen=True),
)
COLUMNS = {
    ImportKind.ENTERPRISES: ENTERPRISES, ImportKind.STEWARDS: STEWARDS, ImportKind.STEWARDSHIPS: STEWARDSHIPS,
    ImportKind.CASES: CASES,
}
TITLES = {
    ImportKind.ENTERPRISES: "企业(项目)信息上报模板", ImportKind.STEWARDS: "管家信息上报模板",
    ImportKind.STEWARDSHIPS: "包保关系模板", ImportKind.CASES: "计数办件模板",
}


def wanted(kind: ImportKind) -> Wanted:
    """What the reader of tables looks for."""
    columns = COLUMNS[kind]
    return Wanted(
        required=[column.name for column in columns if column.is_required],
        optional=[column.name for column in columns if not column.is_required],
        aliases={alias: column.name for column in columns for alias in column.aliases},
        ignored=(REASON,),
    )


def write_template(kind: ImportKind, target: Path) -> None:
    """An empty workbook with drop-downs, and a second sheet that shows it filled in and explained."""
    with writing.workbook(target, by_row=False) as book:
        strong = book.add_format({"bold": True, "bg_color": "#FFF2CC", "border": 1})
        plain = book.add_format({"bold": True, "border": 1})
        as_text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet("填报")
        example = book.add_worksheet("填写示例")
        for place, column in enumerate(COLUMNS[kind]):
            for one in (sheet, example):
                one.write_string(0, place, f"{column.name}*" if column.is_required else column.name,
                                 strong if column.is_required else plain)
            sheet.set_column(place, place, column.width, as_text if isinstance(column.example, str) else None)
            example.set_column(place, place, column.width)
            example.write(1, place, column.example)
            example.write_string(2, place, column.hint)
            if column.choices:
                sheet.data_validation(1, place, ROWS_WITH_CHOICES, place, {
                    "validate": "list", "source": list(column.choices), "error_type": "warning",
                    "error_title": column.name, "error_message": f"请从下拉项中选择：{column.hint}",
                })
        sheet.freeze_panes(1, 0)
        example.write_string(4, 0, "带 * 的列必填；空着的单元格不改动系统中已有的内容。本页只作示例，不会导入。")
