"""How long a clock of a ticket runs: by the rules, or until the day that a meeting has set."""

from datetime import date, datetime, timedelta

from models import clock
from models.clocks import ClockKind
from models.tickets import Ticket
from operations.clocks import rulebook, shanghai
from operations.clocks.calendar import Limit, WorkCalendar

BY_DIFFICULTY = (ClockKind.HANDLING, ClockKind.ASSISTING)
DAY = timedelta(days=1)


def limit_of(ticket: Ticket, kind: ClockKind, *, round_number: int) -> Limit:
    """The limit of a clock that starts now.

    The day a meeting has set is the promise of the first round (domain.md §3: owner and limit); handled anew, the
    difficulty decides as for any other.
    """
    rules = rulebook.current()
    if kind in BY_DIFFICULTY and ticket.promised_on and round_number == 1:
        return until(ticket.promised_on, rules.calendar, now=clock.now())
    return rules.limit(kind, ticket.difficulty)


def until(day: date, calendar: WorkCalendar, *, now: datetime) -> Limit:
    """The working days from now to the close of office of ``day``, of the next working day where it is off (民法典 §203).

    A day that is over is 即办.
    """
    today = shanghai.day_of(now)
    if day <= today:
        return Limit.same_day()
    ahead = [today + DAY * step for step in range(1, (day - today).days + 1)]
    return Limit(sum(map(calendar.is_working_day, ahead)) + (not calendar.is_working_day(day)), "d")
