"""Reads matrix.txt: one row for each address, one cell for each role."""

import re
import string
from dataclasses import dataclass
from pathlib import Path

# In the order of the columns, whose headings are the first four letters.
ANYBODY = "-"
WHO = (
    ANYBODY, "hengzha", "hongda", "liumin", "wangqiang", "chenjing", "zhoujian", "sunyue", "litao", "wujie", "tangyi",
    "hening", "luoshizhang", "qianwei", "admin", "security", "audit", "newcomer", "dengli", "fangming",
)
# To whom 宏达电商产业园's things are as if they were not there, but 恒轧机械's are not.
BLIND = ("hengzha", "liumin", "chenjing", "zhoujian", "sunyue", "tangyi", "fangming")
# One's own thing in an address → the same of another enterprise.
THEIRS = {
    "meeting": "meeting_theirs", "walk": "walk_theirs", "meeting_held": "meeting_theirs",
    "walk_problem": "walk_problem_theirs",
    "enterprise": "enterprise_theirs", "handover": "handover_theirs", "cover": "cover_theirs",
    "contact": "contact_theirs", "project": "project_theirs",
    "owning": "owning_theirs", "duplicate": "duplicate_theirs", "view": "view_theirs",
    "file": "file_theirs", "file_internal": "file_theirs",
    "file_draft": "file_draft_theirs", "draft": "draft_theirs", "talk": "talk_theirs", "notice": "notice_theirs",
    "broadcast": "broadcast_theirs",
    "order": "order_theirs", "order_answered": "order_theirs", "steward": "steward_theirs",
    "member": "member_theirs", "session": "session_theirs", "invitation": "invitation_theirs",
    "filling": "filling_theirs", "fact_request": "fact_request_theirs", "claim": "claim_theirs",
    "refusal": "refusal_theirs", "refusal_more": "refusal_theirs", "seat": "seat_theirs",
    "ruling": "ruling_theirs", "queue_view": "queue_view_theirs",
    "measure": "measure_theirs", "measure_proposed": "measure_theirs", "measure_referral": "measure_theirs",
    "reconsideration": "reconsideration_theirs", "post_cover": "post_cover_theirs", "sampling": "sampling_theirs",
    "finding_unreasonable": "finding_unreasonable_theirs", "counted": "counted_theirs",
    "proxy": "proxy_theirs",
    "letter": "letter_theirs", "letter_answered": "letter_theirs",
    "proposal": "proposal_theirs", "proposal_clerk": "proposal_theirs",
    "proposal_supervisor": "proposal_theirs",
    **dict.fromkeys(
        ("submitted", "fresh", "waiting", "coordinating", "question", "handling", "unsigned", "rested", "handled",
         "replied", "followed", "closed", "merged", "refusable", "ruled", "complaint"), "theirs",
    ),
}
NUMBERS = {name for name, theirs in THEIRS.items() if theirs == "theirs"}


@dataclass(frozen=True, slots=True)
class Row:
    """``GET /tickets/{handling}`` and what everybody gets there."""

    method: str
    path: str
    fields: tuple[str, ...]
    codes: dict[str, str]

    @property
    def names(self):
        """The things that the address names."""
        text = " ".join((self.path, *self.fields))
        return [name for _, name, _, _ in string.Formatter().parse(text) if name]

    def filled_in(self, town):
        """The address and the fields with real ids in them."""
        return self.path.format(**town), dict(field.format(**town).split("=", 1) for field in self.fields)


def rows():
    lines = Path(__file__).with_name("matrix.txt").read_text().splitlines()
    heading, *lines = [line for line in lines if line and not line.startswith("#")]
    assert heading.split()[1:] == [name[:4] for name in WHO]
    return [_row(line) for line in lines]


def _row(line):
    method, path, *rest = line.split()
    fields, codes = rest[: -len(WHO)], rest[-len(WHO) :]
    codes = {name: "404" if code == "." else code for name, code in zip(WHO, codes, strict=True)}
    assert all(re.fullmatch("in|[2-4][0-9]{2}", code) for code in codes.values()), line
    return Row(method, path, tuple(fields), codes)
