"""A paper as .docx, to be edited in Word or WPS: the same measures as the PDF, fonts by their names."""

import io
from typing import Any

import segno
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from operations.supervision.letters.pdf import MASK
from operations.supervision.letters.sheet import Sheet, Table

BODY, TITLE = "仿宋", "方正小标宋简体"
RED = RGBColor(0xE0, 0, 0)
TEXT_POINTS, TITLE_POINTS, MARK_POINTS, SMALL_POINTS = 16, 22, 34, 10.5
LINE = Mm(225 / 22)
CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def word_of(sheet: Sheet) -> bytes:
    """The paper as .docx."""
    document = Document()
    _lay_out(document)
    if sheet.is_formal:
        mark = min(MARK_POINTS, Mm(156).pt / max(len(sheet.org), 1))
        _rule(_add(document, sheet.org, font=TITLE, points=mark, align=CENTRE, colour=RED))
        _add(document, sheet.number, align=RIGHT)
        _add(document, "")
    _add(document, sheet.title, font=TITLE, points=TITLE_POINTS, align=CENTRE)
    _add(document, "")
    if sheet.to:
        _add(document, f"{sheet.to}：")
    for words in sheet.body:
        _add(document, words, indent=True)
    for table in sheet.tables:
        _table(document, table)
    if sheet.sign:
        _add(document, "")
        _add(document, f"{sheet.sign}　　", align=RIGHT)
        _add(document, f"{sheet.date}　　　　", align=RIGHT)
    if sheet.contact:
        _add(document, f"（{sheet.contact}）", indent=True)
    if sheet.code:
        _code(document, sheet)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _lay_out(document: Any) -> None:
    """A4 with the margins of GB/T 9704 and its grid: 22 lines of 28 characters."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), str(round(LINE.pt * 20)))
    grid.set(qn("w:charSpace"), str(round((Mm(156 / 28).pt - TEXT_POINTS) * 4096)))
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    section._sectPr.append(grid)


def _add(
    document: Any, words: str, *, font: str = BODY, points: float = TEXT_POINTS, align: Any = None,
    colour: RGBColor | None = None, indent: bool = False,
) -> Any:
    paragraph = document.add_paragraph()
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.alignment = align
    shape.line_spacing = LINE if points <= TEXT_POINTS else Pt(points * 1.3)
    if indent:
        shape.first_line_indent = Pt(points * 2)
    run = paragraph.add_run(words)
    run.font.name, run.font.size = font, Pt(points)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if colour is not None:
        run.font.color.rgb = colour
    return paragraph


def _rule(paragraph: Any) -> None:
    """The red double line below the 版头, upper line thick."""
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "thickThinSmallGap"), ("sz", "24"), ("space", "11"), ("color", "E00000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr"
    )
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(-7)


def _table(document: Any, table: Table) -> None:
    rows = [table.heads, *table.rows] if table.heads else list(table.rows)
    drawn = document.add_table(rows=0, cols=len(table.widths))
    drawn.style, whole = "Table Grid", sum(table.widths)
    for row in rows:
        for place, (cell, words) in enumerate(zip(drawn.add_row().cells, row, strict=True)):
            cell.width = Mm(156 * table.widths[place] / whole)
            run = cell.paragraphs[0].add_run(words)
            run.font.name, run.font.size = BODY, Pt(12)
            run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)


def _code(document: Any, sheet: Sheet) -> None:
    picture = io.BytesIO()
    segno.make(sheet.check_url, micro=False, mask=MASK).save(picture, kind="png", scale=4, border=0)
    picture.seek(0)
    document.add_paragraph().add_run().add_picture(picture, width=Mm(22))
    _add(document, f"查验码：{sheet.code}　扫码，或在 {sheet.check_url.partition('?')[0]} 填写查验码核对。", points=SMALL_POINTS)
