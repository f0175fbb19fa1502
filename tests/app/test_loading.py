"""The site is loaded when it is asked for."""

import gc

import pytest

import app


@pytest.mark.parametrize("is_on", [True, False])
def test_loading_leaves_the_collector_of_garbage_as_it_was(is_on):
    was_on = gc.isenabled()
    (gc.enable if is_on else gc.disable)()
    try:
        assert app.create_app and gc.isenabled() is is_on
    finally:
        (gc.enable if was_on else gc.disable)()
