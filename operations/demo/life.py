"""A believable life in the demonstration city: every story told by the real operations, with the sweep in between."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from models import clock
from models.access import Post, User
from models.base import db
from models.directory import Stewardship
from operations import notices
from operations.clocks import rulebook, shanghai
from operations.clocks.calendar import SHANGHAI
from operations.demo import (
    campaigns,
    catalogue,
    correspondence,
    duty,
    gatherings,
    hall,
    letters,
    outgoing,
    rules,
    suburbs,
)
from operations.demo.scene import OFFICE, Scene, Stage
from operations.demo.stories import CIRCULARS, LINES, STORIES, TALKS
from operations.demo.stories.story import Circular, Contact, Line, Story
from operations.engagement import judging
from operations.engagement.cadence import sweeping as cadence
from operations.insight.list_habits import save_view
from operations.ratings.wall import tallying
from operations.supervision import sweep
from operations.tickets import intake, windows

FOUNDED = "90 08:30"
READ_UNTIL = "2 17:45"
HANDED_OVER = "1 15:20"
TEXTED = "1 15:40"
RULES_PROPOSED = "1 16:10"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happens at one moment."""

    at: datetime
    do: Callable[[], object]


def live() -> int:
    """Build the city and let the last months happen in it, in order. Returns how many demands there are."""
    with clock.standing_at(moment(FOUNDED)):
        stage = Stage(suburbs.build())
        duty.report(stage)
        catalogue.enter(stage)
        rules.plan_follow_ups(stage)
    happenings = [happening for story in STORIES for happening in _of_story(story, stage)]
    happenings += [happening for talk in (*TALKS, *LINES, *CIRCULARS) for happening in _of_talk(talk, stage)]
    happenings += [Happening(moment(when), act) for when, act in gatherings.acts(stage, moment)]
    happenings += [Happening(moment(when), act) for when, act in letters.acts(stage)]
    happenings += [Happening(moment(when), act) for when, act in campaigns.acts(stage, moment)]
    happenings += [Happening(moment(when), act) for when, act in hall.acts(stage)]
    happenings.append(Happening(moment(READ_UNTIL), lambda: _read_notices(stage)))
    happenings += [Happening(moment(HANDED_OVER), act) for act in duty.acts(stage)]
    happenings.append(Happening(moment(TEXTED), lambda: outgoing.text_three(stage)))
    happenings.append(Happening(moment(RULES_PROPOSED), lambda: rules.propose(stage)))
    happenings.append(Happening(moment(RULES_PROPOSED), lambda: rules.queue_counted_cases(stage)))
    for happening in sorted(happenings, key=lambda each: each.at):
        _let_time_pass(happening.at)
        with clock.standing_at(happening.at):
            happening.do()
            notices.deliver()
            judging.lapse_unanswered()
    _let_time_pass(clock.now())
    for name, query in (("送达没人打开", "receipt=unopened"), ("二次督办以上", "level=second&level=talk&level=referral")):
        save_view("/watch", actor=stage.actor(OFFICE), name=name, query=query)
    cadence.sweep()
    tallying.recount()
    return len(STORIES)


def moment(when: str) -> datetime:
    """``"8 09:12"``: the eighth working day before today, at that time in Shanghai."""
    days, at = when.split()
    return datetime.combine(_working_day(int(days)), time.fromisoformat(at), SHANGHAI)


def _working_day(back: int) -> date:
    calendar = rulebook.current().calendar
    day = shanghai.today()
    while back:
        day -= DAY
        back -= calendar.is_working_day(day)
    return day


def _let_time_pass(until: datetime) -> None:
    """The jobs run at every moment at which something falls due, as they would have."""
    while (due := min(filter(None, (sweep.next_fire_at(), windows.next_lapse_at())), default=until)) < until:
        with clock.standing_at(due):
            sweep.sweep()
            windows.lapse_due()
            notices.deliver()


def _of_story(story: Story, stage: Stage) -> Iterator[Happening]:
    scene = _scene(story.enterprise, stage)
    yield Happening(moment(story.when), lambda: _submit(story, scene))
    for step in story.steps:
        yield Happening(moment(step.when), lambda step=step: step.do(scene))  # type: ignore[misc]


def _submit(story: Story, scene: Scene) -> None:
    demand = intake.Demand(
        enterprise=scene.enterprise,
        subject=story.subject,
        content=story.content,
        kind=story.kind,
        urgency=story.urgency,
        category=story.category,
        channel=story.channel,
        accused=scene.unit(story.accused) if story.accused else None,
    )
    ticket = intake.submit(demand, actor=scene.actor(story.by) if story.by else scene.enterprise_side)
    scene.ticket_id = scene.stage.tickets[story.subject] = ticket.id


def _of_talk(talk: Contact | Line | Circular, stage: Stage) -> Iterator[Happening]:
    at = moment(talk.when)
    match talk:
        case Contact():
            scene = _scene(talk.enterprise, stage)
            yield Happening(at, lambda: correspondence.note(talk, scene))
            if talk.is_confirmed is not None:
                yield Happening(at + correspondence.NEXT_MORNING, lambda: correspondence.have_a_say(talk, scene))
        case Line():
            scene = _scene(talk.enterprise, stage)
            yield Happening(at, lambda: correspondence.say(talk, scene))
        case Circular():
            yield Happening(at, lambda: correspondence.spread(talk, stage.actor(talk.by)))


def _scene(enterprise_name: str, stage: Stage) -> Scene:
    enterprise = stage.city.enterprises[enterprise_name]
    members = select(User.username).join(Post, Post.user_id == User.id).where(Post.enterprise_id == enterprise.id)
    stewards = select(User.username).join(Stewardship, Stewardship.steward_id == User.id)
    mine = stewards.where(Stewardship.enterprise_id == enterprise.id)
    return Scene(stage, enterprise, db.session.scalar(members) or "", db.session.scalar(mine) or "")


def _read_notices(stage: Stage) -> None:
    """People have read what came until then."""
    for username in stage.city.users:
        notices.mark_read(stage.actor(username))
