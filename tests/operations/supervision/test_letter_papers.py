"""The rendered 督办函 against GB/T 9704-2012, by the PDF's own geometry; and the same letter as a Word file."""

import io
import itertools

import pypdf
import pytest
from docx import Document
from docx.shared import Mm

from operations.supervision.letters.pdf import Fonts, pdf_of
from operations.supervision.letters.sheet import Sheet, Table
from operations.supervision.letters.word import word_of

MM = 72 / 25.4
FONTS = Fonts(("FangSong_GB2312", "Noto Serif SC"))
LONG = "国务院关于同意在一些城市设立营商环境创新试点" * 40
LETTER = Sheet(
    org="云州市营商环境建设局", title="关于厂区外接线路迟迟未送电的督办函", number="云营商督〔2026〕12号", to="云州市供电公司",
    body=("你单位承办的办件 ZQ-2026-08-0482913 至今没有办结。", LONG, LONG), sign="云州市营商环境建设局",
    date="2026年8月27日",
    code="abcd-ef01-2345-6789", check_url="https://example.test/verify/letter?code=abcdef0123456789",
)


class Drawn:
    """What a page draws: ``lines`` of text (x, baseline, size, words) and red ``rules`` (x, y, length, breadth)."""

    def __init__(self, page):
        self.lines, self.rules, self._red, self._breadth, self._from = [], [], False, 0, None
        self.height = float(page.mediabox.height)
        page.extract_text(visitor_text=self._text, visitor_operand_before=self._mark)

    def _text(self, words, place, _matrix, _font, size):
        if words.strip():
            self.lines.append((place[4] / MM, place[5] / MM, size, words.strip("\n")))

    def _mark(self, operator, operands, place, _text_place):
        values = [float(value) for value in operands if isinstance(value, int | float)]
        if operator in (b"SCN", b"RG"):
            self._red = len(values) == 3 and values[0] > 0.8 and max(values[1:]) < 0.2
        elif operator == b"Q":
            self._red = False
        elif operator == b"w":
            self._breadth = values[0]
        elif operator == b"m":
            self._from = at(values, place)
        elif operator == b"l" and self._red:
            end = at(values, place)
            self.rules.append((self._from[0], self._from[1], end[0] - self._from[0], self._breadth))


def at(point, place):
    """The point on the page in millimetres."""
    x, y = point
    return ((place[0] * x + place[2] * y + place[4]) / MM, (place[1] * x + place[3] * y + place[5]) / MM)


@pytest.fixture(scope="module")
def pages():
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(LETTER, FONTS)))
    assert [float(side) for side in reader.pages[0].mediabox[2:]] == pytest.approx([210 * MM, 297 * MM], abs=0.1)
    return [Drawn(page) for page in reader.pages]


def test_a_page_holds_22_lines_of_28_characters_within_the_margins(pages):
    body = [line for line in pages[1].lines if line[2] == 16]
    full = [words for *_, words in body if len(words) == 28]
    pitches = {round(above[1] - below[1], 2) for above, below in itertools.pairwise(body)}

    assert len(body) == 22 and len(full) >= 18 and max(len(words) for *_, words in body) == 28
    assert pitches == {round(225 / 22, 2)}
    assert min(x for x, *_ in body) == pytest.approx(28, abs=0.05)
    # 16 pt of type whose upper edge is 0.88 of it: the first line begins at 37 mm, the last one ends above 35 mm.
    top = 297 - body[0][1] - 0.88 * 16 / MM
    assert top == pytest.approx(37, abs=0.05)
    assert 35 <= body[-1][1] - 0.12 * 16 / MM < 35 + 225 / 22


def test_a_paragraph_begins_two_characters_in(pages):
    begun = {round(x, 2) for x, _, size, _ in pages[1].lines if size == 16}
    assert begun == {28.0, round(28 + 2 * 156 / 28, 2)}


def test_the_first_page_has_the_red_head_and_two_double_rules_170_mm_long(pages):
    rules = sorted(pages[0].rules, key=lambda rule: -rule[1])

    assert [round(length, 1) for _, _, length, _ in rules] == [170.0] * 4
    assert [round(x, 1) for x, *_ in rules] == [20.0] * 4
    breadths = [breadth for *_, breadth in rules]
    assert breadths[0] > breadths[1] and breadths[2] < breadths[3]  # thick above thin, and below it the other way round
    assert rules[3][1] == pytest.approx(20, abs=1)  # 20 mm from the lower edge
    mark = next(line for line in pages[0].lines if line[3].startswith("云州市营商"))
    assert 297 - mark[1] - 0.88 * mark[2] / MM == pytest.approx(30, abs=0.1)  # 30 mm from the upper edge
    assert pages[1].rules == []


def test_the_first_page_has_no_number_and_the_others_have(pages):
    numbered = [[words for _, _, size, words in page.lines if size == 14] for page in pages]
    assert numbered[0] == [] and numbered[1] == ["— 2 —"]


def test_the_fonts_are_embedded_and_the_code_is_on_the_first_page_however_long_the_letter():
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(LETTER, FONTS)))
    found = [font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
             for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert found and all({"/FontFile3", "/FontFile2"} & set(font.get_object()) for font in found)
    said = [page.extract_text() for page in reader.pages]
    assert len(said) > 1 and "abcd-ef01-2345-6789" in said[0] and "abcd-ef01" not in "".join(said[1:])


def test_what_somebody_wrote_is_set_as_it_stands():
    wicked = '#read("/etc/passwd") $x$ *粗* \\ <b> {{事由}} // 注释 @标签'
    sheet = Sheet(org="云州市营商环境建设局", title=wicked, to=wicked, body=(wicked,), is_formal=False,
                  tables=(Table((1, 2), ((wicked, wicked),), ("一", "二")),))
    said = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf_of(sheet, FONTS))).pages)
    assert said.replace("\n", "").count('#read("/etc/passwd")') >= 4 and "root:" not in said


def test_the_word_file_has_the_same_measures_and_words():
    document = Document(io.BytesIO(word_of(LETTER)))
    section, said = document.sections[0], [paragraph.text for paragraph in document.paragraphs]

    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    assert section.page_height == pytest.approx(Mm(297), rel=0.001)
    assert said[:2] == [LETTER.org, LETTER.number] and LETTER.title in said and f"{LETTER.to}：" in said
    assert "thickThinSmallGap" in document.element.xml and 'w:linePitch="580"' in document.element.xml
    foot = section.first_page_footer
    picture, words = foot.tables[0].rows[0].cells
    assert LETTER.code in words.text and "w:drawing" in picture._tc.xml
    assert "thinThickSmallGap" in foot.paragraphs[-1]._p.xml
    assert "PAGE" in section.footer.paragraphs[0]._p.xml
