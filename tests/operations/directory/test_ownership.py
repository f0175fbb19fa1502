"""填报单位: the bureau of the line owns its class, the county everything else on its ground."""

import pytest

from models.base import db
from models.directory import EnterpriseCategory as Category
from operations.directory.ownership import Owners

OWNERS = (
    (Category.KEY_PROJECT, "990102001", "云州市发展和改革委员会"),
    (Category.INDUSTRY, "990103001", "云州市工业和信息化局"),
    (Category.COMMERCE, "990121100", "云州市商务局"),
    (Category.SERVICES, "990102001", "城东区人民政府"),
    (Category.SOLE_TRADER, "990102", "城东区人民政府"),
    (Category.GENERAL, "990121100", "云州市人民政府"),
)


@pytest.mark.parametrize(("category", "code", "owner"), OWNERS)
def test_class_and_ground_tell_the_owner(city, category, code, owner):
    assert Owners().of(category, city.regions[code].path) == city.organisations[owner].id


def test_a_line_without_a_bureau_falls_to_the_ground(city):
    city.organisations["云州市商务局"].line = None
    db.session.flush()

    from_the_ground = Owners().of(Category.COMMERCE, city.regions["990102001"].path)

    assert from_the_ground == city.organisations["城东区人民政府"].id


def test_where_nobody_answers_there_is_no_owner(city):
    assert Owners().of(Category.GENERAL, city.regions["99"].path) is None


def test_the_demonstration_citys_enterprises_have_their_owners(city):
    assert city.enterprises["鑫源包装"].owner_unit.name == "云州市工业和信息化局"
    assert city.enterprises["好邻居便利店"].owner_unit.name == "城东区人民政府"
