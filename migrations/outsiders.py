"""回避 as a database asks it: who is of the office, and who had a part in a ticket (operations.tickets.avoidance)."""

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
