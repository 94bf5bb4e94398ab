"""From a verified launch to a learner with a name, a placement, and an address to go to."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from jupyterhub.utils import url_path_join

from openjupyter_service.courses import Course
from openjupyter_service.errors import NotFound
from openjupyter_service.grading.links import find_linked
from openjupyter_service.hub.registry import Registry
from openjupyter_service.hub.secrets import identity_key
from openjupyter_service.lti.identity import learner_name
from openjupyter_service.lti.launch import GradeService, Launch, OutcomeService
from openjupyter_service.store import Counts


@dataclass(frozen=True)
class Admitted:
    """Somebody whom the hub may sign in. Only our own handlers make one: no form can."""

    name: str
    is_admin: bool = False


def name_of(registry: Registry, launch: Launch) -> str:
    """The hub username of the person who launches."""
    return learner_name(identity_key(registry.settings), launch.platform, launch.subject)


def admit(
    registry: Registry, launch: Launch, hub_path: str, service_url: str, language: str | None = None
) -> tuple[Admitted, str]:
    """Note the placement. Returns who comes in, and where they go.

    `language` is their browser's, for those whose LMS does not tell a locale.

    Raises:
        NotFound: the launch names no exercise, or one that this platform may not open.
        ExerciseError: the exercise is broken.
    """
    course, exercise = find_linked(registry.courses, launch.custom, launch.platform)
    platform = registry.platforms.get(launch.platform)
    if platform is not None and not platform.may_open(course.name):
        raise NotFound(f"a link of {launch.platform} names the course {course.name}, which is not open to it")
    name = name_of(registry, launch)
    service = launch.grade_service
    registry.launches.record(
        platform=launch.platform,
        deployment=launch.deployment,
        context_id=launch.context_id,
        resource_link_id=launch.resource_link_id,
        learner=name,
        course=course.name,
        exercise=exercise.name,
        subject=launch.subject if launch.version == "1.3" else "",
        is_staff=launch.is_staff,
        outcome_url=service.url if isinstance(service, OutcomeService) else None,
        sourcedid=service.sourcedid if isinstance(service, OutcomeService) else None,
        lineitem_url=service.lineitem_url if isinstance(service, GradeService) else None,
        lineitems_url=service.lineitems_url if isinstance(service, GradeService) else None,
        scopes=service.scopes if isinstance(service, GradeService) else (),
        context_title=launch.context_title,
        resource_title=launch.resource_title,
        counts=Counts(exercise.counts),
    )
    registry.people.remember(name, launch.display_name, launch.locale or language)
    return Admitted(name), notebook_address(hub_path, service_url, course, exercise.notebook)


def notebook_address(hub_path: str, service_url: str, course: Course, notebook: str) -> str:
    """nbgitpuller's link: pull the course into its folder, open the notebook."""
    query = urlencode(
        {
            "repo": f"{service_url}/git/{course.name}.git",
            "branch": course.branch,
            "targetpath": course.name,
            "urlpath": f"lab/tree/{course.name}/{quote(notebook)}",
        }
    )
    return f"{url_path_join(hub_path, 'user-redirect/git-pull')}?{query}"
