"""否定报备情况表: the rows of the form, on the page and as a file."""

from operations.clocks.wording import moment_in_full
from operations.insight.refusal_page import Card
from operations.supervision.letters.sheet import Sheet, Table

CONTACT = "联系方式"


def form_rows(card: Card) -> list[tuple[str, str]]:
    """What the form says of a refusal, line by line."""
    refusal, ticket = card.refusal, card.ticket
    firm = ticket.enterprise
    rows = [
        ("报备编号", refusal.number), ("事项", ticket.subject), ("办件号", ticket.number),
        ("申请人", f"{firm.name}　{firm.credit_code or ''}"), (CONTACT, f"{ticket.contact_name}　{ticket.contact_phone}"),
        ("申请时间", moment_in_full(ticket.submitted_at)), ("承办单位和承办人", f"{refusal.unit.name}　{card.reporter}"),
        ("报备时间", moment_in_full(refusal.reported_at)), ("否定类型", refusal.kind.label), ("否定理由", refusal.grounds),
        ("法律依据", refusal.articles), ("替代办法", refusal.alternatives),
        ("是否一次性告知", "是" if refusal.was_noticed else "否"),
        *((f"{station.name}意见", "\n".join(station.lines)) for station in card.stations),
    ]
    if refusal.verdict:
        said = (f"{one.name}（{one.house}）：{one.opinion.label}" + (f"，{one.words}" if one.words else "")
                + ("（外请，由联审召集人录入）" if one.entered_by_id else "")
                for one in card.heard if one.opinion)
        rows += [("联审成员和意见", "\n".join(said)), ("联审结论", f"{refusal.verdict.label}　{refusal.review_words}")]
    ended = f"{refusal.ended_as.label}　{moment_in_full(refusal.ended_at)}" if refusal.ended_as else "在办"
    return [*rows, ("复核结果", ended)]


def filed_rows(card: Card) -> list[tuple[str, str]]:
    """The lines as they are kept for ever: without the telephone of a person."""
    return [row for row in form_rows(card) if row[0] != CONTACT]


def form_sheet(card: Card) -> Sheet:
    """The form as a paper."""
    return Sheet(org="", title="否定报备情况表", is_formal=False, tables=(Table((1, 4), tuple(form_rows(card))),))
