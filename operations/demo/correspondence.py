"""What stewards and enterprises say to each other in the demonstration: notes confirmed, messages, broadcasts."""

from datetime import timedelta

from models import clock
from models.correspondence import Side
from operations.access.actor import Actor
from operations.clocks import shanghai
from operations.demo.scene import Scene
from operations.demo.stories.story import Circular, Contact, Line
from operations.engagement import answers, broadcasts, thread
from operations.engagement.broadcasts import Letter, Narrowing
from operations.engagement.interactions import Talk, log_interaction

NEXT_MORNING = timedelta(hours=20)


def note(contact: Contact, scene: Scene) -> None:
    """The steward writes it down."""
    today = shanghai.today()
    ahead = None if contact.next_in_days is None else today + timedelta(days=contact.next_in_days)
    happened = clock.now() - timedelta(days=contact.days_late)
    talk = Talk(contact.kind, contact.content, next_contact_on=ahead, occurred_at=happened)
    log_interaction(scene.enterprise, actor=scene.at_the_desk, talk=talk)


def have_a_say(contact: Contact, scene: Scene) -> None:
    """The enterprise says what it knows of it, if it has an account and anything to say."""
    for noted in answers.waiting_for([scene.enterprise.id]):
        if scene.member_name and contact.is_confirmed is not None and noted.content == contact.content:
            answers.answer(noted, actor=scene.member, is_confirmed=contact.is_confirmed)


def say(line: Line, scene: Scene) -> None:
    """One message."""
    by = scene.member if line.side is Side.ENTERPRISE else scene.at_the_desk
    thread.write(scene.enterprise, actor=by, side=line.side, body=line.body)


def spread(circular: Circular, sender: Actor) -> None:
    """One broadcast to all that its sender may write to."""
    broadcasts.send(actor=sender, narrowing=Narrowing(), text=Letter(circular.title, circular.body))
