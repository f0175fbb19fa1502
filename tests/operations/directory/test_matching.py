"""Who is proposed for whom: the ground first, then the load, never beyond the cap."""

import time

from models.directory import RegionLevel
from operations.directory.matching import NOBODY, Candidate, Ground, propose

L = RegionLevel
GROUNDS = {
    "/1/": Ground("云州市", L.CITY), "/1/2/": Ground("城东区", L.COUNTY), "/1/3/": Ground("高新区", L.COUNTY),
    "/1/2/4/": Ground("城东街道", L.TOWN), "/1/2/4/5/": Ground("青石网格", L.GRID), "/1/2/4/6/": Ground("白石网格", L.GRID),
}


def proposed(*candidates, firms=((1, "/1/2/4/5/"),)):
    return [(one.steward_id, one.reason) for one in propose(firms, candidates, grounds=GROUNDS)]


def test_the_same_grid_comes_before_a_lighter_load_elsewhere():
    near, far = Candidate(1, "/1/2/4/5/", 23, 60), Candidate(2, "/1/2/4/6/", 0, 60)
    assert proposed(far, near) == [(1, "网格相同：青石网格；在管 23/60 户")]


def test_of_equally_near_ones_the_one_with_most_room_by_share():
    assert proposed(Candidate(1, "/1/2/4/6/", 10, 20), Candidate(2, "/1/2/4/", 20, 60)) == [
        (2, "乡镇(街道)相同：城东街道；在管 20/60 户")]


def test_nobody_gets_more_than_the_cap_and_the_rest_says_so():
    firms = [(n, "/1/2/4/5/") for n in range(4)]
    found = proposed(Candidate(1, "/1/2/4/5/", 1, 2), Candidate(2, "/1/2/4/6/", 0, 2), firms=firms)
    assert [steward for steward, _ in found] == [1, 2, 2, None] and found[3][1] == NOBODY


def test_the_load_counts_as_it_grows():
    firms = [(n, "/1/2/4/5/") for n in range(4)]
    found = proposed(Candidate(1, "/1/2/4/5/", 0, 10), Candidate(2, "/1/2/4/5/", 1, 10), firms=firms)
    assert [steward for steward, _ in found] == [1, 1, 2, 1]


def test_another_county_is_too_far_but_who_answers_for_the_whole_city_is_not():
    assert proposed(Candidate(1, "/1/3/", 0, 60)) == [(None, NOBODY)]
    assert proposed(Candidate(1, "/1/3/", 0, 60), Candidate(2, "/1/", 3, 60)) == [(2, "管辖范围：云州市；在管 3/60 户")]


def test_ten_thousand_enterprises_and_seven_thousand_stewards_take_a_moment():
    candidates = [Candidate(n, f"/1/2/4/{5 + n % 2}/", n % 50, 60) for n in range(7_000)]
    begun = time.process_time()
    found = propose([(n, f"/1/2/4/{5 + n % 2}/") for n in range(10_000)], candidates, grounds=GROUNDS)
    assert len(found) == 10_000 and time.process_time() - begun < 3
