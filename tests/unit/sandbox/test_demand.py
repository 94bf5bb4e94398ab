"""How many pairs are worth keeping."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openjupyter_service.sandbox.demand import MEMORY_SECONDS, WINDOW_SECONDS, Demand
from tests.unit.sandbox.virtual import spec_of

A, B, C = spec_of("a"), spec_of("b"), spec_of("c")


def test_a_site_that_nobody_has_used_yet_keeps_one() -> None:
    assert Demand("adaptive", 4).targets(A, 0) == {A: 1}


def test_what_came_at_once_is_expected_again_and_one_more() -> None:
    demand = Demand("adaptive", 10)
    for moment in (0, 0.5, 1.0, WINDOW_SECONDS + 5):
        demand.took(A, moment)
    assert demand.targets(A, 10) == {A: 4}


def test_a_peak_is_forgotten_in_time() -> None:
    demand = Demand("adaptive", 10)
    for moment in (0.0, 0.1, 0.2):
        demand.took(B, moment)
    assert demand.targets(A, MEMORY_SECONDS - 1) == {B: 4, A: 1}
    assert demand.targets(A, MEMORY_SECONDS + 1) == {A: 1}


@pytest.mark.parametrize(
    ("size", "most", "wanted"), [(2, 9, {C: 2, B: 2, A: 2}), (2, 4, {C: 2, B: 1, A: 1}), (0, 4, {C: 0, B: 0, A: 0})]
)
def test_a_size_holds_for_each_spec_in_use_as_far_as_all_of_them_fit(size: int, most: int, wanted: object) -> None:
    demand = Demand(size, most)
    demand.took(B, 1)
    demand.took(C, 2)
    assert demand.targets(A, 3) == wanted


def test_the_specs_asked_for_last_come_first_when_room_is_short() -> None:
    demand = Demand("adaptive", 2)
    for moment, spec in enumerate((A, B, C)):
        demand.took(spec, moment)
    assert demand.targets(A, 3) == {C: 1, B: 1, A: 0}


def test_another_size_holds_at_once_and_is_never_cut() -> None:
    demand = Demand("adaptive", 4)
    demand.resize(6)
    assert demand.targets(A, 0) == {A: 6}
    demand.resize("adaptive")
    for _ in range(9):
        demand.took(A, 0)
    assert demand.targets(A, 0) == {A: 4}
    demand.resize("adaptive", 5)
    assert demand.targets(A, 0) == {A: 5}


@given(
    st.one_of(st.just("adaptive"), st.integers(0, 10)),
    st.integers(1, 10),
    st.lists(st.tuples(st.sampled_from([A, B, C]), st.floats(0, 400)), max_size=40),
)
def test_never_more_than_the_most_and_something_for_everybody_who_fits(
    size: object, most: int, taken: list[tuple[object, float]]
) -> None:
    demand = Demand(size, most)  # type: ignore[arg-type]
    now = 0.0
    for spec, pause in taken:
        now += pause
        demand.took(spec, now)  # type: ignore[arg-type]
    targets = demand.targets(A, now)
    assert A in targets
    assert sum(targets.values()) <= (most if size == "adaptive" else max(most, size))  # type: ignore[type-var]
    if size != 0:
        assert sum(count > 0 for count in targets.values()) == min(
            len(targets), max(most, 0 if size == "adaptive" else size)
        )  # type: ignore[type-var]
    if isinstance(size, int):
        assert all(count <= size for count in targets.values())
