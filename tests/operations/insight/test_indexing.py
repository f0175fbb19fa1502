"""Tokens: what they are, and that they follow what is written."""

import pytest
from sqlalchemy import delete, select, text, update

from models.base import db
from models.directory import Enterprise, EnterpriseName
from models.insight import EnterpriseSearch, TicketSearch
from operations.base import operation
from operations.insight import indexing
from operations.insight.tokens import asked_of_names, match, text_tokens, tsquery
from tests.lives import START, Life
from tests.views.counting import statements


def found(asked):
    """Ids of enterprises that the engine's index gives for ``asked``."""
    if db.engine.dialect.name == "postgresql":
        sql = text("SELECT enterprise_id FROM enterprise_search WHERE words @@ CAST(:q AS tsquery)")
        return set(db.session.scalars(sql, {"q": tsquery(asked)}))
    sql = text("SELECT rowid FROM enterprise_search_words WHERE enterprise_search_words MATCH :q")
    return set(db.session.scalars(sql, {"q": match(asked)}))


def test_words_become_pairs_and_whole_runs():
    assert text_tokens("供电不稳 A12") == ["供电", "电不", "不稳", "稳", "a12"]


@pytest.mark.parametrize("hostile", ["'", '"', "%_*()&|!:\\", "\x00", "' OR 1=1 --", "😀", ""])
def test_nothing_but_letters_digits_and_signs_reaches_a_query(hostile):
    asked = asked_of_names(hostile)
    assert not set(hostile) & set("\x00\\%;") & set(tsquery(asked) + match(asked))


@pytest.mark.parametrize("words", [
    "恒轧", "轧机", "机械有限", "恒", "hz", "hzjx", "yzhzjxyxgs", "91990102MA0001XY8X", "XY8X", "1xy8x", "2607",
    "13800002607", "恒轧 hzjx", "ＨＺＪＸ",
])
def test_an_enterprise_is_found_by_what_people_type(city, words):
    assert city.enterprises["恒轧机械"].id in found(asked_of_names(words))


@pytest.mark.parametrize("words", ["轧恒", "zhjx", "0002607X", "260", "没有"])
def test_what_is_not_in_it_does_not_find_it(city, words):
    assert city.enterprises["恒轧机械"].id not in found(asked_of_names(words))


def test_a_new_name_and_the_one_before_both_find_it(city):
    firm = db.session.get(Enterprise, city.enterprises["恒轧机械"].id)

    @operation
    def rename():
        db.session.add(EnterpriseName(enterprise_id=firm.id, name=firm.name, ended_on=START.date()))
        firm.name = "云州新轧精工有限公司"
        db.session.flush()
        indexing.index_enterprises([firm.id])

    rename()
    assert found(asked_of_names("精工")) == found(asked_of_names("恒轧机")) == {firm.id}
    assert db.session.scalar(select(Enterprise.initials).where(Enterprise.id == firm.id)) == "yzxzjgyxgs"


def test_the_job_finds_what_lacks_its_tokens_or_has_old_ones(city):
    life = Life(city).submit()
    db.session.execute(delete(TicketSearch))
    db.session.execute(update(EnterpriseSearch).where(EnterpriseSearch.enterprise_id < 3).values(version=0))
    db.session.get(Enterprise, 5).address = "新址"
    db.session.commit()
    assert indexing.index_all_lacking() == 4
    assert indexing.index_all_lacking() == 0
    assert "送电" in db.session.get(TicketSearch, life.ticket.id).tokens.split()


def test_every_set_costs_the_same_number_of_statements(city):
    with statements() as few:
        indexing.index_enterprises([1])
    with statements() as many:
        indexing.index_enterprises(range(1, 9))
    assert len(few) == len(many) <= 6
    db.session.rollback()
