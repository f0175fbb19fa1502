"""窗口办件回访 on its pages: a second list at the follow-up desk, the call, and what comes of it."""

from datetime import timedelta

import pytest

from models import clock
from models.base import db
from models.counted_follow_ups import CountedFollowUp
from models.hall import CountedCase
from tests.lives import START


@pytest.fixture
def waiting(city):
    """Two cases of 恒轧 wait for their call; the site stands at that moment."""
    with clock.standing_at(START):
        for number, is_must in (("A001", True), ("A002", False)):
            case = CountedCase(system="hall", number=number, item="排水许可", finished_at=START - timedelta(hours=2),
                               unit_id=city.organisations["云州市住房和城乡建设局"].id,
                               region_path=city.regions["9901"].path, enterprise_id=city.enterprises["恒轧机械"].id)
            db.session.add(case)
            db.session.flush()
            db.session.add(CountedFollowUp(counted_case_id=case.id, region_path=case.region_path, is_must=is_must,
                                           due_at=START + timedelta(days=2 if is_must else 3)))
        db.session.commit()
        yield list(db.session.scalars(db.select(CountedCase.id).order_by(CountedCase.id)))


def test_a_clerk_calls_and_what_was_wrong_leads_on_to_a_demand(waiting, sign_in):
    clerk = sign_in("xuhui")
    assert clerk.get("/follow-ups") == 200 and "/follow-ups/counted" in clerk.html
    assert clerk.get("/follow-ups/counted") == 200 and "待回访 2" in clerk.text and "实名差评" in clerk.text
    page = f"/follow-ups/counted/{waiting[0]}"
    for fields, words in (({}, "请选择回访结果"), ({"outcome": "unsolved"}, "请选择企业不认可的原因")):
        assert clerk.post(page, fields, page=page) == 422 and words in clerk.text
    assert clerk.post(page, {"outcome": "unsolved", "rework_reason": "late", "words": "证没拿到"}, page=page) == 302
    assert clerk.get(page) == 200 and "代企业另提一件诉求" in clerk.text and "证没拿到" in clerk.text
    second = f"/follow-ups/counted/{waiting[1]}"
    assert clerk.post(second, {"outcome": "unreached"}, page=second) == 302
    assert clerk.get("/follow-ups/counted") == 200 and "已打 1 次没有接通" in clerk.text
    assert clerk.post(second, {"outcome": "good"}, page=second) == 302
    assert clerk.get("/follow-ups/counted") == 200 and "没有等回访的窗口办件" in clerk.text
    assert clerk.get("/follow-ups/counted?show=at_fault") == 200 and "排水许可" in clerk.text
    for who in ("linfang", "liumin", "hening", "tangyi"):
        assert sign_in(who).get(page) == 404
