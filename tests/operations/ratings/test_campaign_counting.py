"""Points, intervals and ranks, by hand."""

import pytest

from models.ratings import Grade
from operations.ratings.campaigns.counting import Rules, Tally, score, standings, wilson

WEIGHTS = dict(zip(map(str, Grade), (100, 80, 60, 30, 0), strict=True))
RULES = Rules(WEIGHTS, minimum=30, tail=5, tail_needs=10)


def tally(object_id, *counts, group="市直部门", unknown=0):
    return Tally(object_id, group, dict(zip(map(str, Grade), counts, strict=True)), unknown)


def found(*tallies, rules=RULES):
    return {one.tally.object_id: one for one in standings(tallies, rules)}


def test_one_object_by_hand():
    """20·100 + 10·80 + 5·60 + 3·30 + 2·0 = 3190 points of 40 answers: 79.75. Satisfied 35 of 40: 87.50 %.

    Wilson, z = 1.96: z² = 3.8416, z²/n = 0.09604; centre (0.875 + 0.04802) / 1.09604 = 0.84214;
    half 1.96 · √(0.875 · 0.125 / 40 + 3.8416 / 6400) / 1.09604 = 1.96 · 0.057746 / 1.09604 = 0.10326:
    from 73.89 % to 94.54 %. The 7 who did not know it count nowhere.
    """
    one = found(tally(1, 20, 10, 5, 3, 2, unknown=7))[1]
    assert (one.score, one.satisfied, one.lowest, one.highest, one.rank) == (7975, 8750, 7389, 9454, 1)


@pytest.mark.parametrize(("successes", "count", "bounds"), [
    (30, 30, (8865, 10000)),  # 1 / (1 + 3.8416 / 30) = 0.88648; the upper end is 1
    (0, 30, (0, 1135)),  # the same from below: 0.12805 / 1.12805 = 0.11352
    (28, 35, (6411, 8996)),  # centre (0.8 + 0.05488) / 1.10976 = 0.77033, half 0.12926
    (5, 5, (5655, 10000)),  # 1 / (1 + 3.8416 / 5) = 0.56552
])
def test_the_bounds_of_a_share(successes, count, bounds):
    assert wilson(successes, count) == bounds


def test_points_are_rounded_at_the_half():
    """100 + 80 + 30 = 210 of 3: 70.00; 100 + 60 + 60 = 220 of 3: 73.333…: 73.33; (7·100 + 1·30) / 8 = 91.25."""
    assert score(tally(1, 1, 1, 0, 1, 0).grades, WEIGHTS) == 7000
    assert score(tally(1, 1, 0, 2, 0, 0).grades, WEIGHTS) == 7333
    assert score(tally(1, 7, 0, 0, 1, 0).grades, WEIGHTS) == 9125


def test_ties_share_a_rank_and_the_next_counts_on():
    """40 × 100; twice 30 × 100 + 10 × 60 = 90.00 of 40, in two ways; 40 × 80: ranks 1, 2, 2, 4."""
    ranks = found(tally(1, 40, 0, 0, 0, 0), tally(2, 30, 0, 10, 0, 0), tally(3, 20, 20, 0, 0, 0),
                  tally(4, 0, 40, 0, 0, 0))
    assert {one: standing.rank for one, standing in ranks.items()} == {1: 1, 2: 2, 3: 2, 4: 4}


def test_few_answers_are_listed_and_fewer_say_nothing():
    """29 answers: a score and no rank; 30 are ranked; 4 say nothing at all, however many did not know it."""
    ranks = found(tally(1, 29, 0, 0, 0, 0), tally(2, 30, 0, 0, 0, 0), tally(3, 4, 0, 0, 0, 0, unknown=90))
    assert {one: standing.rank for one, standing in ranks.items()} == {1: None, 2: 1}


def test_groups_are_ranked_apart():
    ranks = found(tally(1, 0, 40, 0, 0, 0), tally(2, 40, 0, 0, 0, 0, group="乡镇街道"))
    assert [ranks[1].rank, ranks[2].rank] == [1, 1]


def test_the_last_five_of_ten_with_a_tie_at_the_edge():
    """Ten objects, 40 answers each; the k-th has k answers 满意 and the others 非常满意, so 100 − k/2 points; the 5th
    and the 6th are alike (k = 5). Fewer than five below: k = 9, 8, 7, 6 have 0 to 3, and both alike have 4."""
    worse = (0, 1, 2, 3, 5, 5, 6, 7, 8, 9)
    ranks = found(*(tally(place, 40 - k, k, 0, 0, 0) for place, k in enumerate(worse, start=1)))
    assert [one for one, standing in ranks.items() if standing.is_last] == [5, 6, 7, 8, 9, 10]
    assert [standing.rank for standing in ranks.values()] == [1, 2, 3, 4, 5, 5, 7, 8, 9, 10]
    assert not any(one.is_last for one in found(*(tally(n, 40 - n, n, 0, 0, 0) for n in range(9))).values())
