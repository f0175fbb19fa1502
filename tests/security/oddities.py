"""What nobody should send and somebody does: values, bodies, headers, and files with bytes, cells or parts changed.

Everything is drawn from a ``random.Random``, so that a seed gives the same again.
"""

import csv
import io
import json
import zipfile

TEXTS = (
    "", " ", "\0", "a\0b", "\r\n\r\n", "\t\v\f", "\x1b[31m", "\x7f", "\u0085", "\ud800", "\udfff\ud800x", "\uffff",
    "\U0010ffff", "\u202egnp.exe", "\u2066x\u2069", "\ufeff\u200b", "\u0301" * 300, "e\u0301", "ﷺ" * 99, "İıŞß",
    "ａｂｃ１２３", "𝟏𝟐", "中" * 5000, "x" * 70_000, "<script>evil()</script>", "\"'><img src=x onerror=evil()>",
    "' OR 1=1--", "\\", "%", "_%_", "%s%n%x", "%00", "{{7*7}}", "${7*7}", "{0.__class__}", "=1+1", "@SUM(A1)",
    "../../etc/passwd", "..\\win", "file:///etc/passwd", "javascript:evil()", "//evil.example", "null", "None",
    "undefined", "true", "on", "[]", "{}", "[object Object]",
)
NUMBERS = (
    "0", "-0", "-1", "1.5", "1e3", "1e999", "NaN", "Infinity", "0x10", "1_000", "01", "+1", " 1 ", "１２", "٣", "²",
    "½", "Ⅳ", "2147483647", "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808", "1" * 20,
    "9" * 400, "9" * 5000,
)
DATES = (
    "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "2026-2-3", "2026-13-01", "-2026-01-01",
    "20260824", "2026-08-24T25:61", "2026-08-24T04:05:06.789+08:00", "0001-01-01T00:00", "9999-12-31T23:59",
    "2026-W35-1", "٢٠٢٦-٠٨-٢٤", "2026-08", "2026-00", "0000-01", "9999-12", "10000-01", "24:00", "-1:00", "08:30-",
    "1d", "99999999d", "0h", "-1d", "2026-08-24/",
)
KEYS = (
    "A" * 22, "A" * 43, "-" * 22, "ZQ-2026-08-9999999", "ZQ-0000-00-0000000", "ZG-2026-08-0000001",
    "91990102MB0000005X", "13800002607", "99999999999", "9901", "990102001999", "云州市财政局", "云州恒轧机械有限公司",
)
HEADERS = (
    ("If-None-Match", '"x", W/"y", *'), ("If-None-Match", "\""), ("If-Match", "*"),
    ("If-Modified-Since", "yesterday"), ("If-Modified-Since", "Mon, 99 Foo 99999 99:99:99 GMT"),
    ("Range", "bytes=0-"), ("Range", "bytes=9999999999999999999-"), ("Range", "bytes=-1,0-0,5-2"),
    ("Range", "lines=1-2"), ("If-Range", "\"x"), ("Accept", "\xff;q=x, */*;q=9"), ("Accept", "," * 3000),
    ("Accept-Language", "zz-\xe9;q=nan, *"), ("Accept-Encoding", "gzip;q=, \x80"), ("Accept-Charset", "utf-99"),
    ("Referer", "http://[::1"), ("Referer", "\xe4\xb8"), ("Origin", "null"), ("Origin", "http://evil.example"),
    ("User-Agent", ""), ("User-Agent", "\xff" * 500), ("X-Forwarded-For", "1.2.3.4, \xff, " * 50),
    ("X-Forwarded-Proto", "gopher"), ("X-Forwarded-Host", "evil.example"), ("X-Request-Id", "\x01" * 100),
    ("X-Requested-With", "XMLHttpRequest"), ("Authorization", "Basic %%%"),
    ("Authorization", "Digest username=\"x"), ("Authorization", "Bearer \xff"),
    ("Cookie", "=;;=; session=\xff; a" + "=b" * 900), ("Content-Encoding", "gzip"),
    ("Transfer-Encoding", "chunked"), ("Expect", "100-continue"), ("Host", "127.0.0.1:0"), ("Host", "[::1"),
    ("Host", "a@b\xff"), ("Sec-Fetch-Site", "\xff"), ("X-CSRFToken", "\xff.\xff"),
    ("X-HTTP-Method-Override", "DELETE"), ("Content-Length", "-1"), ("Content-Length", "x"),
    ("Content-Length", "9" * 30), ("Date", "\xff"), ("Upgrade", "websocket"), ("Priority", "u=\xff"),
    ("X-Timestamp", "٣"),
)
KINDS = (
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16", "application/json",
    "text/xml", "", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x",
    "multipart/mixed; boundary=x", "multipart/form-data; boundary=" + "x" * 300,
    "multipart/form-data; boundary=\"x; y\"", "\xff/\xff", "text/plain; charset=none",
)
PART = b"--x\r\nContent-Disposition: form-data"
BODIES = (
    b"", b"\0", b"\xff\xfe\0", b"--x\r\n", b"--x--", PART + b"\r\n\r\n--x--\r\n",
    PART + b"; name=\"words\"; filename=\"\xff\0\"\r\nContent-Type: \xff\r\n\r\nv\r\n--x--\r\n",
    PART + b"; name*=utf-99''%FF\r\nContent-Transfer-Encoding: base64\r\n\r\n%%\r\n--x--\r\n",
    PART + b"; name=\"_charset_\"\r\n\r\nutf-99\r\n--x--\r\n",
    b"--x\r\n" + b"A: b\r\n" * 3000 + b"\r\n\r\n--x--\r\n", b"&" * 3000, b"a=1&" * 3000, b"=&=&=", b"%",
    b"%FF=%ED%A0%80", b"x" * 300_000, b"{}", b"[" * 20_000, b'{"a":' * 20_000, b'{"cases": [{}]}',
    b'{"a": 1e999, "a": NaN}', b'"\\ud800"', b"1" * 5000, b"<!DOCTYPE x [<!ENTITY a \"aa\">]><x>&a;</x>",
)
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "get", "")
MOST = 6  # fields changed at once


def value(chance, known=()):
    """Odd, or what another field would take, or what was there with a sign or two changed."""
    pool = chance.choice((TEXTS, NUMBERS, DATES, KEYS, known or TEXTS, None))
    if pool is not None:
        return chance.choice(pool)
    signs = list(chance.choice(known or TEXTS)[:200])
    for _ in range(chance.randint(1, 4)):
        place = chance.randint(0, len(signs))
        signs[place : place + chance.randint(0, 2)] = drawn(chance, chance.randint(0, 3))
    return "".join(signs)


def drawn(chance, count):
    """Any signs at all, surrogates among them; plain ones more often."""
    plain, chinese, any_sign = (32, 127), (0x4E00, 0x9FA5), (0, 0x110000)
    return [chr(chance.randrange(*chance.choice((plain, chinese, any_sign)))) for _ in range(count)]


def changed(chance, content, *, times=8):
    """The bytes with some of them changed, taken out, doubled, or put elsewhere."""
    made = bytearray(content)
    for _ in range(chance.randint(1, times)):
        place, width = chance.randint(0, len(made)), chance.choice((0, 1, 1, 2, 4, 40))
        piece = chance.choice((
            b"", chance.randbytes(width), bytes(made[place : place + width]) * 2, b"\xff\xff\xff\xff", b"\0" * width,
            chance.choice(TEXTS)[:300].encode("utf-8", "surrogatepass"), chance.choice(NUMBERS + DATES)[:300].encode(),
        ))
        made[place : place + width] = piece
    return bytes(made)


def changed_within(chance, archive):
    """An .xlsx whose parts are changed and whose packing is whole: what is broken lies deeper than its checksums."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as taken:
        chosen = chance.choice(given.namelist())
        for entry in given.namelist():
            content = given.read(entry)
            if entry != chosen:
                taken.writestr(entry, content)
            elif chance.random() < 0.9:  # else it is lacking
                taken.writestr(entry, changed(chance, content, times=3))
    return made.getvalue()


def table(chance, rows):
    """A .csv of these rows, some of whose cells are odd, lacking, or too many; in an encoding that Excel might take."""
    made = io.StringIO(newline="")
    writer = csv.writer(made, quoting=chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    for row in rows:
        cells = [value(chance, row) if chance.random() < 0.15 else cell for cell in row]
        writer.writerow(cells[: chance.choice((None, None, None, -1))] + [value(chance)] * chance.choice((0, 0, 0, 1)))
    return made.getvalue().encode(chance.choice(("utf-8-sig", "utf-8", "gb18030")), "replace")


def json_value(chance, depth=0):
    """Of any type, to some depth."""
    kinds = (
        lambda: value(chance), lambda: chance.choice((0, -1, 1.5, 2**31, 2**63, 10**400, 1e308, True, False, None)),
        lambda: [json_value(chance, depth + 1) for _ in range(chance.randint(0, 3))],
        lambda: {value(chance)[:80]: json_value(chance, depth + 1) for _ in range(chance.randint(0, 3))},
    )
    return chance.choice(kinds if depth < 3 else kinds[:2])()


def json_changed(chance, good):
    """The bytes of a document like ``good`` with values of another kind, or lacking; a few are no JSON any more."""
    said = json.dumps(_spoilt(chance, good), ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    return changed(chance, said, times=2) if chance.random() < 0.2 else said


def _spoilt(chance, part):
    if chance.random() < 0.1:
        return json_value(chance)
    if isinstance(part, dict):
        kept = {name: _spoilt(chance, one) for name, one in part.items() if chance.random() > 0.05}
        return kept | ({value(chance)[:80]: json_value(chance)} if chance.random() < 0.05 else {})
    if isinstance(part, list):
        return [_spoilt(chance, one) for one in part for _ in range(chance.choice((1, 1, 1, 0, 2)))]
    return value(chance, (part,)) if isinstance(part, str) and chance.random() < 0.3 else part
