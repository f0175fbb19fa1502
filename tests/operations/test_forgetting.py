"""What nobody needs any more goes; what belongs to a ticket or is still being written stays."""

from datetime import timedelta
from io import BytesIO

import pytest

from models import clock
from models.access import KeptForm, LoginAttempt, Submission
from models.base import db
from models.tickets import Attachment, Draft
from operations.access import forgetting
from operations.access.people import actor_named
from operations.files import path_of
from operations.storage.folder import Folder
from operations.tickets import abandoned, attachments
from operations.tickets.attachments import UploadRules
from tests.lives import START
from tests.pictures import paper

PDF = paper()


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def upload(folder, draft="draft", days_ago=3):
    with clock.standing_at(START - timedelta(days=days_ago)):
        rules = UploadRules(Folder(folder), 10**6, 10, 10**7)
        stored = attachments.store(BytesIO(PDF), "受理单.pdf", actor=actor_named("hengzha"), rules=rules, draft_key=draft)
    return path_of(folder, stored.stored_name)


def drop(folder):
    with clock.standing_at(START):
        return abandoned.drop_abandoned(Folder(folder))


def test_a_file_nobody_came_back_to_goes_and_its_row_stays(city, folder):
    path = upload(folder)
    assert drop(folder) == 1
    assert not path.exists()
    assert db.session.query(Attachment).one().discarded_at


def test_a_file_of_yesterday_stays(city, folder):
    path = upload(folder, days_ago=1)
    assert drop(folder) == 0
    assert path.exists()


def test_a_file_of_a_demand_still_being_written_stays(city, people, folder):
    path = upload(folder, draft="k")
    written = START - timedelta(days=3)
    whose = {"user_id": people["hengzha"].user_id, "enterprise_id": city.enterprises["恒轧机械"].id}
    db.session.add(Draft(key="k", answers={}, created_at=written, updated_at=written, **whose))
    db.session.commit()
    assert drop(folder) == 0
    assert path.exists()


def test_a_file_of_a_ticket_stays(life, folder):
    path = upload(folder)
    with life.here():
        files = db.session.query(Attachment).all()
    life.submit(attachments=files)
    assert drop(folder) == 0
    assert path.exists()


def test_a_file_that_is_gone_already_is_no_fault(city, folder):
    upload(folder).unlink()
    assert drop(folder) == 0
    assert drop(folder) == 0


def test_old_attempts_form_keys_and_kept_forms_go(app):
    for days in (1, 10):
        at = START - timedelta(days=days)
        db.session.add(LoginAttempt(account="a", address="b", failed_at=at))
        db.session.add(Submission(user_id=None, form_key=f"k{days}", body_digest="", created_at=at))
        db.session.add(KeptForm(token_hash=f"t{days}", user_id=None, path="/", body={}, created_at=at))
    db.session.commit()
    with clock.standing_at(START):
        assert forgetting.forget_old() == 4
    assert db.session.query(LoginAttempt).count() == db.session.query(Submission).count() == 1
