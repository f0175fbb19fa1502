"""The wall clock against the steady one."""

import pytest

from jobs.clock_guard import ClockGuard


class Clocks:
    """A wall clock and a steady one, moved by hand."""

    def __init__(self):
        self.wall, self.steady = 1_000_000.0, 50.0
        self.guard = ClockGuard(wall=lambda: self.wall, steady=lambda: self.steady)

    def live(self, seconds):
        self.wall += seconds
        self.steady += seconds

    def step(self, seconds):
        self.wall += seconds
        return self.guard.tick()


@pytest.fixture
def clocks():
    return Clocks()


def test_time_that_passes_is_no_objection(clocks):
    clocks.live(86_400)
    assert not clocks.guard.tick()
    assert clocks.guard.objection == ""


def test_what_a_time_server_does_is_no_step(clocks):
    assert not clocks.step(0.4)


@pytest.mark.parametrize("seconds", [-100, -5, 5, 100])
def test_a_small_step_is_noticed_and_taken_over(clocks, seconds):
    assert clocks.step(seconds)
    assert clocks.guard.objection == ""
    assert clocks.guard.drift == 0


@pytest.mark.parametrize("seconds", [-86_400, -7_200, -121, 121, 86_400, 10 * 365 * 86_400])
def test_a_large_step_holds_for_as_long_as_it_lasts(clocks, seconds):
    clocks.step(seconds)
    clocks.live(3_600)
    assert not clocks.guard.tick()
    assert clocks.guard.objection == f"the clock moved by {seconds:+d} s"


def test_a_clock_put_right_again_lifts_the_objection(clocks):
    clocks.step(86_400)
    clocks.live(60)
    assert clocks.step(-86_390)
    assert clocks.guard.objection == ""


def test_the_objection_does_not_wait_for_the_next_tick(clocks):
    clocks.wall += 86_400
    assert clocks.guard.objection


def test_steps_are_counted_so_that_repeated_beats_have_other_names(clocks):
    clocks.step(-30)
    clocks.step(30)
    assert clocks.guard.steps == 2


def test_a_new_guard_believes_the_clock(clocks):
    clocks.step(86_400)
    assert ClockGuard(wall=lambda: clocks.wall, steady=lambda: clocks.steady).objection == ""


def test_a_step_that_is_believed_before_the_next_tick_is_noticed_all_the_same(clocks):
    """Whoever plans by the wall clock must plan anew, or sleeps until it comes round again."""
    clocks.step(86_400)
    clocks.wall -= 86_400
    clocks.guard.believe()
    assert clocks.guard.tick() and clocks.guard.objection == ""
