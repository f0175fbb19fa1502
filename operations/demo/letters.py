"""公文 of the demonstration that belong to no order: a 通报 to three units, of which one answers and one has not looked."""

from collections.abc import Callable

from models.base import db
from models.letters import Letter, LetterKind
from operations.demo.scene import Stage
from operations.supervision.letters import issuing, receiving
from operations.supervision.letters.issuing import Wanted

OFFICE = "hening"
UNITS = ("云州市供电公司", "云州市住房和城乡建设局", "云州市自然资源局")
WORDS = (
    "上月涉企诉求中，你单位承办的办件有超期未办结、未按时首次联系企业的情况，逐件清单见督办台。\n"
    "请逐件查明原因，明确责任人和办结时间；属于部门之间推诿的，一并说明。"
)


def acts(stage: Stage) -> list[tuple[str, Callable[[], object]]]:
    """What happens, each with its moment as ``life.moment`` reads it."""
    told = Bulletin(stage)
    return [("4 10:00", told.issue), ("4 11:20", told.open_at_two), ("3 16:30", told.answer)]


class Bulletin:
    """One 通报, known from act to act by its row."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.letter_id = 0

    @property
    def letter(self) -> Letter:
        """The letter, read anew: each act is a transaction of its own."""
        return db.session.get_one(Letter, self.letter_id)

    def issue(self) -> None:
        """The supervisor's office names three units."""
        wanted = Wanted(LetterKind.BULLETIN, WORDS, "上月涉企诉求办理情况", answer_days=3)
        units = [self.stage.city.organisations[name] for name in UNITS]
        self.letter_id = issuing.issue(units, actor=self.stage.actor(OFFICE), wanted=wanted).id

    def open_at_two(self) -> None:
        """Two units open it, one signs."""
        for username in ("chenjing", "zhaoguoqiang"):
            receiving.open_letter(self.letter, actor=self.stage.actor(username))
        receiving.sign(self.letter, actor=self.stage.actor("chenjing"))

    def answer(self) -> None:
        """And answers."""
        receiving.answer(self.letter, actor=self.stage.actor("zhoujian"),
                         words="逐件核查完毕：两件因外线勘查延误，已增派一组，本周内办结；首次联系改为当天。")
