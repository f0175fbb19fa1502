"""What a name or a number is when it is written plainly: credit codes, phones, pinyin initials."""

import os
import re
import unicodedata
from functools import lru_cache
from importlib import import_module

# Its table of phrases would cost every process 45 MB, for words that no firm is called: ours are below.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
WEIGHED = tuple({sign: place * weight for place, sign in enumerate(ALPHABET)} for weight in WEIGHTS)
CODE = re.compile(r"[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}")
NEVER_IN_A_CODE = re.compile("[IOSVZ]")
BESIDE_THE_SIGNS = re.compile(r"[\s\-‐-―−]")
MOBILE = re.compile(r"1[3-9][0-9]{9}")
LANDLINE = re.compile(r"(0[0-9]{2,3}-?)?[2-9][0-9]{6,7}(-[0-9]{1,6})?")
INITIALS_KEPT = 200
# Where a sign of a firm's name is not read as it stands alone.
READ_OTHERWISE = {
    "重庆": "cq", "厦门": "xm", "朝阳": "cy", "长": "c", "轧": "z", "银行": "yh", "商行": "sh", "车行": "ch", "洋行": "yh", "粮行": "lh",
    "茶行": "ch", "药行": "yh", "行业": "hy", "音乐": "yy", "乐器": "yq", "会计": "kj", "调味": "tw", "调料": "tl", "参茸": "sr",
    "传奇": "cq", "传媒": "cm", "大厦": "ds",
}
OTHERWISE = re.compile("|".join(sorted(READ_OTHERWISE, key=len, reverse=True)))


def plain_code(text: str) -> str:
    """A credit code as it is stored: half width, upper case, without spaces and hyphens."""
    return BESIDE_THE_SIGNS.sub("", unicodedata.normalize("NFKC", text)).upper()


def error_of_code(code: str) -> str:
    """Why a plain credit code cannot be one (GB 32100-2015): length and alphabet; empty when it can."""
    if len(code) != 18:
        return f"统一社会信用代码应为 18 位，现为 {len(code)} 位。"
    if NEVER_IN_A_CODE.search(code):
        return "统一社会信用代码不含字母 I、O、S、V、Z，请核对是否录错。"
    if not CODE.fullmatch(code):
        return "统一社会信用代码只含数字和大写字母，第 3 至 8 位为数字。"
    return ""


def has_right_check(code: str) -> bool:
    """Whether the last sign of a plain, well-formed code agrees with the others. A real firm's may not."""
    return check_sign(code[:17]) == code[17]


def check_sign(body: str) -> str:
    """The last sign of a credit code, reckoned from the 17 before it (GB 32100-2015)."""
    return ALPHABET[-sum(map(dict.__getitem__, WEIGHED, body)) % 31]


def plain_phone(text: str) -> str:
    """A phone number as it is stored: half width, without spaces; hyphens only in landlines; no +86."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    mobile = re.sub(r"^(\+?86-?)", "", plain).replace("-", "")
    return mobile if MOBILE.fullmatch(mobile) else plain


def is_phone(plain: str) -> bool:
    """Whether a plain number can be dialled in this country: a mobile, or a landline with or without its area code."""
    return bool(MOBILE.fullmatch(plain) or LANDLINE.fullmatch(plain))


def is_mobile(plain: str) -> bool:
    """Whether a plain number can receive a text message."""
    return bool(MOBILE.fullmatch(plain))


def initials_of(name: str) -> str:
    """The pinyin initials of a name, in lower case: 恒轧机械 → hzjx; letters and digits stay as they are."""
    written = OTHERWISE.sub(lambda word: READ_OTHERWISE[word[0]], unicodedata.normalize("NFKC", name).lower())
    return "".join(map(_initial_of, written))[:INITIALS_KEPT]


@lru_cache(maxsize=8192)
def _initial_of(sign: str) -> str:
    if sign.isascii():
        return sign if sign.isalnum() else ""
    pinyin = import_module("pypinyin")  # 10 MB that only who writes a name needs; it reads the two settings now
    first = "".join(pinyin.lazy_pinyin(sign, style=pinyin.Style.FIRST_LETTER, errors="ignore"))
    return first if first.isascii() and first.isalpha() else ""
