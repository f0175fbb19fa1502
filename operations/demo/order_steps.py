"""Steps of the stories that are supervised: signing, answering, calling, accepting."""

from models import clock
from models.supervision import CallOutcome
from operations.demo.scene import CENTRE, Scene
from operations.demo.steps import Step
from operations.supervision import calling, supervision


def order_opened(when: str) -> Step:
    """打开督办, by the unit's leader."""
    return Step(when, lambda scene: supervision.record_opening(scene.order, actor=scene.leader()))


def order_signed(when: str) -> Step:
    """签收督办."""
    return Step(when, lambda scene: supervision.sign(scene.order, scene.ticket, actor=scene.leader()))


def order_answered(when: str, words: str) -> Step:
    """答复督办."""
    return Step(when, lambda scene: supervision.answer(scene.order, scene.ticket, actor=scene.leader(), words=words))


def order_called(when: str, outcome: CallOutcome, words: str = "", *, by: str = CENTRE) -> Step:
    """电话催办: somebody of the office calls the unit's leader."""

    def do(scene: Scene) -> object:
        call = calling.Call(clock.now(), outcome, words, called_id=scene.leader().user_id)
        return calling.remind_by_phone(scene.order, scene.ticket, actor=scene.actor(by), call=call)

    return Step(when, do)


def answer_accepted(when: str, *, by: str = CENTRE) -> Step:
    """认可答复."""
    return Step(when, lambda scene: supervision.accept_answer(scene.order, scene.ticket, actor=scene.actor(by)))


def answer_rejected(when: str, reason: str, *, by: str = CENTRE) -> Step:
    """退回答复."""
    return Step(
        when, lambda scene: supervision.reject_answer(scene.order, scene.ticket, actor=scene.actor(by), reason=reason)
    )
