"""Who sees which scores that did not arrive."""

import pytest

from openjupyter_service.store import Launches, Outbox, People, Queue, StaffScores, Store, Submissions
from tests.unit.store.conftest import Clock
from tests.unit.store.steps import submit

LATER = 1e12
Course = tuple[str, str, str]
OURS: Course = ("campus", "1", "course-7")


class World:
    def __init__(self, store: Store, clock: Clock) -> None:
        self.launches, self.outbox, self.staff = Launches(store), Outbox(store), StaffScores(store)
        self.submissions, self.queue, self.people = Submissions(store), Queue(store), People(store)
        self.clock = clock

    def launch(self, who: str, course: Course = OURS, link: str = "link-1", staff: bool = False) -> None:
        platform, deployment, context = course
        self.clock.pass_(1)
        self.launches.record(
            platform=platform, deployment=deployment, context_id=context, resource_link_id=link, learner=who,
            course="python", exercise="warm-up", subject=who, is_staff=staff,
            lineitem_url=None if staff else "https://lms.example/7/lineitem",
        )  # fmt: skip

    def fails(self, who: str, course: Course = OURS, link: str = "link-1") -> int:
        """A score of this learner that their LMS refuses; gives its id."""
        self.launch(who, course, link)
        submission = submit(self.submissions, who)
        claimed = self.queue.claim("worker", 60)
        assert claimed and claimed.submission_id == submission.id
        assert self.queue.finish(claimed.grading_id, "worker", {}, 0.5, {})
        item = self.outbox.list()[0]
        self.outbox.failed(item.id, "no")
        return item.id

    def seen(self, who: str | None) -> list[int]:
        return [number for number, _ in self.staff.page(who, LATER, None, 100)]


@pytest.fixture
def world(store: Store, clock: Clock) -> World:
    return World(store, clock)


def test_staff_see_the_scores_of_their_course_with_names(world: World) -> None:
    number = world.fails("ada")
    world.people.remember("ada", "Ada Öztürk", None)
    world.launch("ines", staff=True)
    assert world.staff.page("ines", LATER, None, 10) == [(number, "Ada Öztürk")]
    assert world.staff.count("ines", LATER) == 1 and world.staff.is_staff("ines")


@pytest.mark.parametrize(
    "course",
    [("other", "1", "course-7"), ("campus", "2", "course-7"), ("campus", "1", "course-8"), ("campus", "1", "")],
    ids=["platform", "deployment", "context", "no context"],
)
def test_staff_see_nothing_of_another_course(world: World, course: Course) -> None:
    number = world.fails("ada", course)
    world.launch("ines", staff=True)
    assert world.seen("ines") == [] and world.staff.count("ines", LATER) == 0
    assert world.staff.visible("ines", LATER, [number]) == []
    assert world.seen(None) == [number]


def test_learners_see_nothing_not_even_their_own(world: World) -> None:
    number = world.fails("ada")
    for who in ("ada", "ben", "", "nobody"):
        assert world.seen(who) == [] and world.staff.visible(who, LATER, [number]) == []
        assert not world.staff.is_staff(who)


def test_who_is_staff_no_more_sees_nothing_whichever_link_said_so(world: World) -> None:
    world.fails("ada")
    world.launch("ines", link="link-1", staff=True)
    world.launch("ines", link="link-2", staff=False)
    assert world.seen("ines") == [] and not world.staff.is_staff("ines")
    world.launch("ines", link="link-2", staff=True)
    assert len(world.seen("ines")) == 1


def test_without_a_course_the_link_is_the_border(world: World) -> None:
    nowhere = ("campus", "1", "")
    mine, other = world.fails("ada", nowhere, "link-1"), world.fails("ben", nowhere, "link-2")
    world.launch("ines", nowhere, "link-1", staff=True)
    assert world.seen("ines") == [mine]
    assert world.staff.visible("ines", LATER, [mine, other]) == [mine]


def test_staff_of_two_courses_see_both_and_no_third(world: World) -> None:
    others = [("campus", "1", "course-8"), ("campus", "1", "course-9")]
    numbers = [world.fails(f"learner-{n}", course) for n, course in enumerate([OURS, *others])]
    world.launch("ines", staff=True)
    world.launch("ines", others[0], staff=True)
    assert world.seen("ines") == [numbers[1], numbers[0]]


def test_what_waits_is_shown_once_it_has_waited_long(world: World) -> None:
    world.launch("ines", staff=True)
    world.launch("ada")
    submit(world.submissions, "ada")
    claimed = world.queue.claim("worker", 60)
    assert claimed and world.queue.finish(claimed.grading_id, "worker", {}, 0.5, {})
    (item,) = world.outbox.list()
    assert world.seen("ines") == []  # nobody has tried yet
    world.outbox.retry(item.id, "away", world.clock() + 60)
    assert world.staff.page("ines", item.created_at, None, 10) == []
    assert world.staff.page("ines", item.created_at + 1, None, 10) == [(item.id, None)]
    world.outbox.sent(item.id, world.clock())
    assert world.seen("ines") == []


def test_a_score_that_a_newer_one_has_followed_is_history(world: World) -> None:
    first = world.fails("ada")
    world.launch("ines", staff=True)
    second = world.fails("ada")
    assert world.seen("ines") == [second] and world.staff.visible("ines", LATER, [first]) == []
    world.outbox.drop([second])
    assert world.seen("ines") == []


def test_pages_follow_one_another(world: World) -> None:
    numbers = [world.fails(f"learner-{n}") for n in range(5)]
    world.launch("ines", staff=True)
    assert [number for number, _ in world.staff.page("ines", LATER, None, 2)] == [numbers[4], numbers[3]]
    assert [number for number, _ in world.staff.page("ines", LATER, numbers[3], 2)] == [numbers[2], numbers[1]]
    assert [number for number, _ in world.staff.page("ines", LATER, numbers[1], 2)] == [numbers[0]]
    assert world.staff.count("ines", LATER) == 5
