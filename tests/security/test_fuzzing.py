"""R11: thousands of inputs that nobody should send, by every role at everything it can reach; none makes a 5xx.

``FUZZ_SEED=…`` sends the same again. What breaks is told once for each place that broke, with the input that did it.
"""

import logging
import os
import random
import secrets
import traceback
from collections import Counter

import pytest

from models import clock
from models.directory import ImportKind
from operations.access.people import actor_named
from operations.delivery import answers, signing
from operations.directory.imports import batches
from operations.errors import DomainError
from operations.hall import believing, systems
from operations.hotline.reading import read_messages
from tests import importing
from tests.drills.sizes import sized
from tests.security import oddities
from tests.security.caller import code_of
from tests.security.careless import Careless
from tests.security.matrix import ANYBODY, WHO
from tests.shared import IS_DRILL

pytestmark = [
    pytest.mark.shares_rows, pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill"),
    # A picture that is odd within, and a file whose request was refused before it was read: neither is a 5xx.
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

INPUTS = sized(1_000, 10_000, 100_000, name="INPUTS")
FILES, LETTERS = sized(100, 1_000, 10_000, name="INPUTS"), sized(400, 4_000, 40_000, name="INPUTS")
SEED = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(10**9))
TAKEN = ("200", "201", "302", "409", "422")  # a page or an act has seen it
OUT = ("in", "raised")
ANEW = 50  # inputs after which the town is as it was


class Broken(logging.Handler):
    """What broke, by the place in our own code, with the first input that did it."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.found, self.last = {}, "nothing was logged"

    def emit(self, record):
        self.last = place_of(record.exc_info[1]) if record.exc_info else record.getMessage()

    def by(self, act, given):
        """What becomes of it: the code of the answer, ``refused`` with a sentence, or ``raised``."""
        try:
            answer = act(given)
        except DomainError:
            return "refused"
        except Exception as error:  # whatever it is, it is what is looked for
            self.found.setdefault(place_of(error), given)
            return "raised"
        if getattr(answer, "status_code", 0) >= 500:
            self.found.setdefault(self.last, given)
        return code_of(answer) if hasattr(answer, "status_code") else "read"


def place_of(error):
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/.venv/" not in frame.filename]
    return f"{frames[-1].filename}:{frames[-1].lineno} {type(error).__name__} {str(error)[:200]}"


@pytest.fixture
def broken():
    handler = Broken()
    logging.getLogger("app.errors").addHandler(handler)
    yield handler
    logging.getLogger("app.errors").removeHandler(handler)


def test_no_input_of_any_role_makes_a_5xx(app, town, broken, measured):
    chance, codes = random.Random(SEED), Counter()
    for username in WHO:
        sender = Careless(username, town, chance)
        for number in range(INPUTS // len(WHO)):
            code = broken.by(sender.sends, sender.draws())
            codes[code] += 1
            if number % ANEW == ANEW - 1 or code in OUT and username != ANYBODY:
                town.restore()
        town.restore()

    assert broken.found == {}, SEED
    taken = sum(codes[code] for code in TAKEN)
    assert taken > sum(codes.values()) / 2, codes
    measured(f"{sum(codes.values()):,} 次，{len(WHO)} 种人", f"5xx 0 次，种子 {SEED}；{taken:,} 次进了页面")


CASE = {"number": "F-1", "item": "排水许可", "item_code": "PS-1", "unit": "ZJJ", "window": "B12", "officer": "0231",
        "finished_at": "2026-08-19 08:30", "channel": "window", "credit_code": importing.code(5), "visitor": "v"}
ROWS = {
    ImportKind.ENTERPRISES: importing.firm(5), ImportKind.STEWARDS: importing.steward(7),
    ImportKind.STEWARDSHIPS: {"统一社会信用代码": importing.code(5), "企业名称": "云州恒轧机械有限公司", "管家姓名": "刘敏"},
    ImportKind.CASES: {"办件编号": "A1", "事项名称": "排水许可", "单位代码": "ZJJ", "办结时间": "2026-08-19 08:30"},
}
MESSAGES = [["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"],
            ["1", "张三", "路灯", "2026-08-01 08:00", "路灯不亮", "已修", "2026-08-03"]]


def test_no_signed_document_breaks_what_takes_it(app, town, broken, measured, monkeypatch):
    """Right in its signature and wrong in all else: the hall's cases, and what the text gateway tells."""
    chance, codes, client = random.Random(SEED), Counter(), app.test_client()
    monkeypatch.setitem(app.config, "TEXT_CALLBACK_SECRET", secrets.token_urlsafe(40))
    monkeypatch.setattr(believing, "PER_MINUTE", LETTERS)
    monkeypatch.setattr(answers, "PER_MINUTE", LETTERS)
    key, secret = systems.make_key(town.names["hall"], actor=actor_named("dengli"), site_key=app.config["SECRET_KEY"])

    def sends(body, path, secret, signed_before=b"", **headers):
        second = str(int(clock.now().timestamp()))
        signed = signing.signature(secret, second, signed_before + body)
        return client.post(path, data=body, headers=headers | {"X-Timestamp": second, "X-Signature": signed})

    def cases(body):
        nonce = secrets.token_hex(12)
        return sends(body, "/api/hall/cases", secret, f"{nonce}\n".encode(), **{"X-Key": key, "X-Nonce": nonce})

    def text(body):
        return sends(body, "/callbacks/sms", app.config["TEXT_CALLBACK_SECRET"])

    for number in range(LETTERS // 2):
        good = {"cases": [CASE | {"number": f"F-{number}"}, CASE | {"number": f"G-{number}"}], "links": number % 2 == 0}
        codes[broken.by(cases, oddities.json_changed(chance, good))] += 1
        said = {"id": f"up-{number}", "from": "13800002607", "text": "0123 5 谢谢"}
        codes[broken.by(text, oddities.json_changed(chance, said))] += 1
    town.restore()

    assert broken.found == {}, SEED
    assert codes["200"] > LETTERS / 4, codes
    measured(f"{LETTERS:,} 份", f"5xx 0 次，种子 {SEED}；{codes['200']:,} 份收下")


def test_no_file_breaks_what_reads_it(app, town, broken, measured, tmp_path):
    """Tables with odd cells, with parts changed, and with bytes changed: read, or refused with a sentence."""
    chance, codes = random.Random(SEED), Counter()

    def brings(given):
        content, kind, name = given
        clerk = actor_named("dengli")
        return importing.bring(
            content, tmp_path, actor=clerk, unit_id=batches.unit_of(clerk), kind=kind, name=name).state

    def reads(content):
        path = tmp_path / "messages.csv"
        path.write_bytes(content)
        return read_messages(path)

    for number in range(FILES):
        kind, row = chance.choice(list(ROWS.items()))
        heads = importing.HEADS[kind]
        cells = [str(row.get(head, "")) for head in heads]
        sheet = importing.workbook([row, row], kind=kind)
        given = chance.choice((
            lambda: (oddities.table(chance, [heads, cells, cells]), kind, "填报.csv"),
            lambda: (oddities.changed(chance, oddities.table(chance, [heads, cells])), kind, "填报.csv"),
            lambda: (oddities.changed_within(chance, sheet), kind, "填报.xlsx"),
            lambda: (oddities.changed(chance, sheet), kind, "填报.xlsx"),
        ))()
        codes[broken.by(brings, given)] += 1
        codes[broken.by(reads, oddities.table(chance, MESSAGES))] += 1
        if number % ANEW == ANEW - 1:
            town.restore()
    town.restore()

    assert broken.found == {}, SEED
    assert codes["read"] > FILES / 2, codes
    measured(f"{2 * FILES:,} 个文件", f"都读完或说明原因，种子 {SEED}；{codes['read']:,} 个读完")
