"""Files of the reporting templates for the tests, and the way one goes in."""

import io

import openpyxl

from models.directory import ImportKind
from operations.access.actor import SYSTEM
from operations.directory.imports import batches, running, templates
from operations.directory.imports.batches import ImportRules
from operations.directory.names import check_sign

INDUSTRY, PROJECTS = "云州市工业和信息化局", "云州市发展和改革委员会"
HEADS = {kind: [column.name for column in templates.COLUMNS[kind]] for kind in ImportKind}


def code(number):
    body = f"91990102MB{number:07d}"
    return body + check_sign(body)


def firm(number, **cells):
    """A good row of the city's industry bureau, as a dict by heading."""
    return {
        "统一社会信用代码": code(number), "企业名称": f"云州测试{number}机械有限公司", "所属区划": "990102001", "联系电话": "13800000001",
        "填报类别": "规上工业", "行业": "34", "从业人数": 10, "营业收入(万元)": 500.5, **cells,
    }


def steward(number, **cells):
    return {"姓名": f"管家{number}", "手机": f"139{number:08d}", "工作单位": "城东街道办事处", **cells}


def workbook(rows, *, kind=ImportKind.ENTERPRISES, heads=None):
    """The bytes of an .xlsx."""
    heads = heads or HEADS[kind]
    book = openpyxl.Workbook()
    book.active.append(heads)
    for row in rows:
        book.active.append([row.get(name) for name in heads])
    return saved(book)


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rules(folder):
    return ImportRules(folder, 10 * 1024 * 1024, 100_000, "only-for-tests")


def bring(content, folder, *, actor=SYSTEM, unit_id=None, kind=ImportKind.ENTERPRISES, name="填报.xlsx", takes=True):
    """The batch after it has been checked and, with ``takes``, its good rows taken in."""
    stream = io.BytesIO(content if isinstance(content, bytes) else workbook(content, kind=kind))
    batch = batches.receive(stream, name, kind=kind, actor=actor, unit_id=unit_id, rules=rules(folder))
    return running.run(batch.id, rules=rules(folder), takes_good_rows=takes)


def counts(batch):
    return batch.new_count, batch.changed_count, batch.unchanged_count, batch.bad_count
