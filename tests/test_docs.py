"""What is generated is as it would be generated now: `make docs` mends every failure here."""

import pytest

from models.tickets import Act, Status
from tools import schedule_doc, settings_doc, workflow_doc


@pytest.mark.parametrize("made", [settings_doc, workflow_doc, schedule_doc], ids=lambda made: made.TARGET.name)
def test_the_document_is_current(made):
    assert made.TARGET.read_text(encoding="utf-8") == made.document()


def test_the_workflow_names_every_act_and_every_status():
    told = workflow_doc.document()
    assert [act for act in Act if f"`{act}`" not in told] == []
    assert [status for status in Status if f"`{status}`" not in told] == []
