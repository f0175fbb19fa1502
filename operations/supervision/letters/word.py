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
TEXT_POINTS, TITLE_POINTS, MARK_POINTS, PAGE_POINTS, TABLE_POINTS, FOOT_POINTS = 16, 22, 34, 14, 12, 9
LINE = Mm(225 / 22)
CLOSER = -5  # twentieths of a point: 28 characters of 16 pt would be 1.4 mm too many for 156 mm
CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def word_of(sheet: Sheet) -> bytes:
    """The paper as .docx."""
    document = Document()
    _lay_out(document)
    section = document.sections[0]
    _number_pages(section.footer)
    if sheet.is_formal:
        _foot(section, sheet)
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
        for kept in (*document.paragraphs[-1:], _add(document, "")):  # a signature never stands on a page of its own
            kept.paragraph_format.keep_with_next = True
        for words, characters in ((sheet.sign, 2), (sheet.date, 4)):
            _add(document, words, align=RIGHT).paragraph_format.right_indent = Pt(TEXT_POINTS * characters)
        document.paragraphs[-2].paragraph_format.keep_with_next = True
    if sheet.contact:
        _add(document, f"（{sheet.contact}）", indent=True)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _lay_out(document: Any) -> None:
    """A4 with the margins of GB/T 9704 and its grid of 22 lines; the characters are drawn together to 28 a line.

    A grid of characters would be the plainer way, but LibreOffice gives one that is wider than its cell two cells.
    """
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(20)
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:eastAsia"), "zh-CN")
    document.styles["Normal"].element.get_or_add_rPr().append(spoken)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(round(LINE.pt * 20)))
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
    run = _run(paragraph, words, font=font, points=points)
    if points == TEXT_POINTS:
        closer = OxmlElement("w:spacing")
        closer.set(qn("w:val"), str(CLOSER))
        run._element.get_or_add_rPr().insert_element_before(closer, "w:w", "w:kern", "w:position", "w:sz", "w:szCs")
    if colour is not None:
        run.font.color.rgb = colour
    return paragraph


def _rule(paragraph: Any, *, kind: str = "thickThinSmallGap", space: int = 11) -> None:
    """A red double line, 170 mm long: below the 版头 the upper line is thick, at the foot the lower one."""
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", kind), ("sz", "24"), ("space", str(space)), ("color", "E00000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr"
    )
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(-7)


def _table(document: Any, table: Table) -> None:
    rows = [table.heads, *table.rows] if table.heads else list(table.rows)
    drawn = document.add_table(rows=0, cols=len(table.widths))
    drawn.style, drawn.autofit, whole = "Table Grid", False, sum(table.widths)
    widths = [Mm(156 * share / whole) for share in table.widths]
    for column, width in zip(drawn.columns, widths, strict=True):  # LibreOffice goes by these, Word by the cells
        column.width = width
    for row in rows:
        for cell, words, width in zip(drawn.add_row().cells, row, widths, strict=True):
            cell.width = width
            _run(cell.paragraphs[0], words, points=TABLE_POINTS)


def _foot(section: Any, sheet: Sheet) -> None:
    """The foot of the first page: its red line, and above it what anybody checks the letter by."""
    section.different_first_page_header_footer = True
    footer = section.first_page_footer
    line = _cleared(footer)
    if sheet.code:
        check = footer.add_table(1, 2, Mm(156))  # two lines beside the QR: below it they would push the text up
        line._p.addprevious(check._tbl)
        address = sheet.check_url.partition("?")[0]
        words = (f"查验码：{sheet.code}" + (f"　存证：{sheet.seal}" if sheet.seal else ""), f"扫码，或在 {address} 核对")
        for cell, width in zip(check.rows[0].cells, (Mm(14), Mm(142)), strict=True):
            cell.width = width
            _close(cell.paragraphs[0])
        check.cell(0, 0).paragraphs[0].add_run().add_picture(_qr(sheet.check_url), width=Mm(11))
        beside = check.cell(0, 1)
        for said, paragraph in zip(words, (beside.paragraphs[0], beside.add_paragraph()), strict=True):
            _run(_close(paragraph), said, points=FOOT_POINTS)
        line.paragraph_format.line_spacing = Pt(1)
    _rule(line, kind="thinThickSmallGap", space=1)


def _qr(address: str) -> io.BytesIO:
    picture = io.BytesIO()
    segno.make(address, micro=False, mask=MASK).save(picture, kind="png", scale=4, border=0)
    picture.seek(0)
    return picture


def _number_pages(footer: Any) -> None:
    """页码, — 2 —: on every page but the first of a letter."""
    paragraph = _cleared(footer)
    paragraph.alignment = RIGHT
    _run(paragraph, "— ", points=PAGE_POINTS)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    _run(paragraph, " —　", points=PAGE_POINTS)


def _cleared(footer: Any) -> Any:
    """Its only paragraph, without a space before or after."""
    footer.is_linked_to_previous = False
    return _close(footer.paragraphs[0])


def _close(paragraph: Any) -> Any:
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)
    return paragraph


def _run(paragraph: Any, words: str, *, font: str = BODY, points: float) -> Any:
    run = paragraph.add_run(words)
    run.font.name, run.font.size = font, Pt(points)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return run
