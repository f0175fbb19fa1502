"""回避 as a database asks it: who is of the office, and who had a part in a ticket or in a counted case.

The same in words for people: operations.tickets.avoidance.
"""

# What operations.tickets.avoidance.IN_THE_CHAIN says.
CHAIN = ("accept", "answer", "dispatch", "transfer", "sign", "contact", "propose_result", "report_result",
         "report_assistance", "reply")


def is_of_the_office(*, ticket: str, who: str, at: str, roles: str) -> str:
    """Whether ``who`` holds a post of ``roles`` over the ticket's region at that moment."""
    return (
        "EXISTS (SELECT 1 FROM posts p LEFT JOIN organisations o ON o.id = p.organisation_id"
        f" JOIN regions r ON r.id = coalesce(p.region_id, o.region_id) JOIN tickets t ON t.id = {ticket}"
        f" WHERE p.user_id = {who} AND p.role IN ({roles}) AND (p.ended_at IS NULL OR p.ended_at > {at})"
        " AND substr(t.region_path, 1, length(r.path)) = r.path)"
    )


def is_of_the_chain(*, ticket: str, who: str) -> str:
    """Whether ``who`` had a hand in the ticket, sits in a unit of it or above one, or is of the enterprise's side."""
    acts = ", ".join(f"'{act}'" for act in CHAIN)
    return (
        f"EXISTS (SELECT 1 FROM events e WHERE e.ticket_id = {ticket} AND e.actor_id = {who} AND e.action IN ({acts})) "
        "OR EXISTS (SELECT 1 FROM posts p JOIN organisations own ON own.id = p.organisation_id"
        f" JOIN unit_orders uo ON uo.ticket_id = {ticket} JOIN organisations unit ON unit.id = uo.unit_id"
        f" WHERE p.user_id = {who} AND (p.ended_at IS NULL OR p.ended_at >= uo.ordered_at) AND (own.id = unit.id OR"
        " (p.role IN ('unit_leader', 'leader') AND substr(unit.path, 1, length(own.path)) = own.path))) "
        "OR EXISTS (SELECT 1 FROM stewardships s JOIN tickets t ON t.enterprise_id = s.enterprise_id"
        f" WHERE t.id = {ticket} AND s.steward_id = {who} AND (s.ended_at IS NULL OR s.ended_at >= t.submitted_at)) "
        "OR EXISTS (SELECT 1 FROM posts p JOIN tickets t ON t.enterprise_id = p.enterprise_id"
        f" WHERE t.id = {ticket} AND p.user_id = {who} AND (p.ended_at IS NULL OR p.ended_at >= t.submitted_at))"
    )


def had_a_part(*, case: str, who: str) -> str:
    """Whether ``who`` did the counted case, sits where it was done or above, or is of the enterprise's side."""
    of_the_case = f"FROM counted_cases c {{}} WHERE c.id = {case}"
    until = "(p.ended_at IS NULL OR p.ended_at >= c.finished_at)"
    return (
        f"EXISTS (SELECT 1 {of_the_case.format('')} AND (c.officer_id = {who} OR c.recorded_by_id = {who})) "
        "OR EXISTS (SELECT 1 " + of_the_case.format(
            "JOIN organisations unit ON unit.id IN (c.unit_id, c.window_id)"
            f" JOIN posts p ON p.user_id = {who} JOIN organisations own ON own.id = p.organisation_id")
        + f" AND {until} AND (own.id = unit.id"
        " OR (p.role IN ('unit_leader', 'leader') AND substr(unit.path, 1, length(own.path)) = own.path))) "
        "OR EXISTS (SELECT 1 " + of_the_case.format("JOIN stewardships s ON s.enterprise_id = c.enterprise_id")
        + f" AND s.steward_id = {who} AND (s.ended_at IS NULL OR s.ended_at >= c.finished_at)) "
        "OR EXISTS (SELECT 1 " + of_the_case.format("JOIN posts p ON p.enterprise_id = c.enterprise_id")
        + f" AND p.user_id = {who} AND {until})"
    )
