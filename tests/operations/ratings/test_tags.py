"""The reasons offered with a grade: in versions, from a day on, for the whole site."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models import clock
from models.base import db
from models.ratings import Grade, Rating, RatingOccasion, RatingTagSet
from operations.access.people import actor_named
from operations.errors import BadInput, NotAllowed, Refused
from operations.ratings import tags

ONLINE, BAD = RatingOccasion.ONLINE, Grade.DISSATISFIED
NEW = ["等太久", "没人管", "其他"]


def sets(life, who="wujie", *, days=1, new=NEW, reason="按季度研判结果", grade=BAD):
    with life.here():
        return tags.set_tags(ONLINE, grade, tags=new, effective_on=clock.now().date() + timedelta(days=days),
                             reason=reason, actor=actor_named(who))


def test_a_site_without_versions_offers_the_defaults_of_every_grade_and_place(app):
    for occasion in RatingOccasion:
        held = tags.in_force(occasion)
        assert list(held) == list(Grade) and all(one.id is None and len(one.tags) >= 2 for one in held.values())
    assert "其他" in tags.in_force(ONLINE)[BAD].tags


def test_a_version_holds_from_its_day_on_and_a_rating_keeps_the_one_it_chose_from(life):
    life.handling().sign().result().reply().call()
    version = sets(life)
    with pytest.raises(BadInput, match="请从列出的原因中选择"):
        life.rate(BAD, tags=("没人管",))
    life.now += timedelta(days=1)
    with pytest.raises(BadInput, match="请从列出的原因中选择"):
        life.rate(BAD, tags=("时间太长",))
    life.rate(BAD, tags=("没人管",))

    rating = db.session.scalars(select(Rating)).one()
    assert (rating.tag_set_id, rating.tags["tags"]) == (version, ["没人管"])


def test_reasons_of_one_grade_are_not_those_of_another(life):
    life.handling().sign().result().reply().call()
    with pytest.raises(BadInput):
        life.rate(Grade.SATISFIED, tags=("时间太长",))
    life.rate(Grade.SATISFIED, tags=("办得快",))


def test_words_alone_are_no_reason_for_a_bad_grade(life):
    life.handling().sign().result().reply().call()
    with pytest.raises(BadInput, match="至少选一项"):
        life.rate(BAD, words="推来推去")


@pytest.mark.parametrize("who", ["tangyi", "chenjing", "liumin", "hengzha", "security"])
def test_only_the_centre_and_the_supervisor_of_the_whole_site_set_them(life, who):
    with pytest.raises(NotAllowed):
        sets(life, who)


@pytest.mark.parametrize(("change", "sentence"), [
    ({"days": 0}, "明天以后"), ({"days": 400}, "一年以内"), ({"reason": " "}, "理由"), ({"new": ["其他"]}, "2 到 12"),
    ({"new": ["甲", "甲"]}, "重复"), ({"new": ["好" * 13, "其他"]}, "最多 12 字"), ({"new": [str(n) for n in range(13)]}, "2 到"),
])
def test_what_no_version_can_be_is_told(life, change, sentence):
    with pytest.raises(BadInput, match=sentence):
        sets(life, **change)


def test_one_day_has_one_version_and_none_is_ever_changed(life):
    sets(life)
    with pytest.raises(Refused, match="已经有新版本"):
        sets(life, "hening")
    sets(life, "hening", days=2, new=["等太久", "其他"])
    with life.here():
        assert [one.set_by for one in tags.versions(ONLINE)] == ["何宁", "吴洁"]
    for statement in ("UPDATE rating_tag_sets SET reason = 'x'", "DELETE FROM rating_tag_sets"):
        with pytest.raises(DBAPIError):
            db.session.execute(text(statement))
        db.session.rollback()
    assert len(db.session.scalars(select(RatingTagSet)).all()) == 2
