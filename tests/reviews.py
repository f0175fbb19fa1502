"""A joint review for the tests: three members of other offices, each of whom speaks for themselves."""

from operations.supervision import panel
from operations.supervision.panel import Named

SEATS = (Named("何宁", "市营商局"), Named("孙悦", "市财政局"), Named("杨帆", "市人社局"))
MEMBERS = ("hening", "sunyue", "yangfan")


def review(life, *opinions, refusal=None):
    """Name the three and let each say their part; one opinion is everybody's."""
    refusal = refusal or life.refusal
    life.does(panel.name_reviewers, "hening", refusal, people=SEATS)
    for member, opinion in zip(MEMBERS, opinions * len(MEMBERS) if len(opinions) == 1 else opinions, strict=False):
        life.does(panel.give_opinion, member, refusal, opinion=opinion, words="理由在此")
    return life
