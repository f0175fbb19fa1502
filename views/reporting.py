"""Pages of reports: they may be read from the replica (``REPORTS_DATABASE_URL``), and then say up to when."""

from flask import Blueprint, g

from operations.insight import replica


def reads_reports(bp: Blueprint) -> Blueprint:
    """Let every page of this blueprint read the replica. What is sent by a form goes to the site's own database."""
    bp.before_request(_turn)
    return bp


def _turn() -> None:
    g.reports_at = replica.turn_to()
