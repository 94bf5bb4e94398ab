"""Sign learners in by LTI launches from any number of platforms."""

import asyncio
import time
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from jupyterhub.utils import get_browser_protocol, url_path_join
from ltiauthenticator.lti11.auth import LTI11Authenticator
from tornado.httputil import HTTPServerRequest
from traitlets import Instance, Unicode

from openjupyter_service.errors import LaunchRefused, NotFound
from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.hub import register, setup
from openjupyter_service.hub.launch import LaunchHandler, handlers
from openjupyter_service.hub.secrets import identity_key
from openjupyter_service.lti.identity import learner_name
from openjupyter_service.lti.launch import Launch, OutcomeService
from openjupyter_service.lti.launch11 import Consumer, decode_parameters, verify_launch
from openjupyter_service.platforms import Platform11
from openjupyter_service.settings import Course, Settings
from openjupyter_service.store import Launches, Store

FORM = "application/x-www-form-urlencoded"


class OpenJupyterAuthenticator(LTI11Authenticator):
    """LTI 1.1 for several platforms: our own check, names that are nobody's, placements in the store.

    From ltiauthenticator come the handler's cookies and cross-site rules; see LaunchHandler.
    """

    login_service = "your course"
    site = Instance(Settings, config=True, help="Settings of the installation.")
    service_url = Unicode(config=True, help="The service as learners' containers reach it.")

    def get_handlers(self, app: Any) -> list[Any]:
        """Launches, and what LMSes and operators need to connect."""
        return [*handlers, *register.handlers, *setup.handlers]

    async def authenticate(self, handler: LaunchHandler, data: Any = None) -> dict[str, Any]:
        """Verify the launch, note the placement, and tell the handler where to go.

        Raises:
            LaunchRefused: the launch does not hold.
            NotFound: it holds, but names no exercise.
            ExerciseError: the exercise is broken.
        """
        # Secrets, exercises and store are files and databases: not for the event loop.
        name, handler.exercise_address = await asyncio.to_thread(self._admit, handler.request, handler.hub.base_url)
        return {"name": name}

    def _admit(self, request: HTTPServerRequest, hub_path: str) -> tuple[str, str]:
        launch = self._verify(request)
        course = self.site.course(launch.custom.course)
        if course is None:
            raise NotFound(
                f"a link of {launch.platform} names the course {launch.custom.course[:64]!r}, which is not set up"
            )
        exercise = load_exercise(course.private, launch.custom.exercise)
        name = learner_name(identity_key(self.site), launch.platform, launch.subject)
        service = launch.grade_service if isinstance(launch.grade_service, OutcomeService) else None
        self._launches.record(
            platform=launch.platform,
            context_id=launch.context_id,
            resource_link_id=launch.resource_link_id,
            learner=name,
            course=course.name,
            exercise=exercise.name,
            outcome_url=service.url if service else None,
            sourcedid=service.sourcedid if service else None,
            context_title=launch.context_title,
            resource_title=launch.resource_title,
        )
        self.log.info("launch of %s/%s by %s from %s", course.name, exercise.name, name, launch.platform)
        return name, self._address(hub_path, course, exercise.notebook)

    def _verify(self, request: HTTPServerRequest) -> Launch:
        if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != FORM:
            raise LaunchRefused("the launch is not a form")
        origin = self.site.public_url or f"{get_browser_protocol(request)}://{request.host}"
        return verify_launch(
            request.method or "",
            url_path_join(origin, request.path),
            decode_parameters(request.body),
            decode_parameters(request.query.encode("latin-1", "replace")),
            consumer=self._consumer,
            nonces=self._launches,
            now=time.time(),
        )

    def _consumer(self, key: str) -> Consumer | None:
        for platform in self.site.platforms:
            if isinstance(platform, Platform11) and platform.consumer_key == key:
                return Consumer(platform.name, platform.shared_secret())
        return None

    @cached_property
    def _launches(self) -> Launches:
        return Launches(Store(self.site.store_url))

    def _address(self, hub_path: str, course: Course, notebook: str) -> str:
        """nbgitpuller's link: pull the course into its folder, open the notebook."""
        query = urlencode(
            {
                "repo": f"{self.service_url}/git/{course.name}.git",
                "branch": course.branch,
                "targetpath": course.name,
                "urlpath": f"lab/tree/{course.name}/{quote(notebook)}",
            }
        )
        return f"{url_path_join(hub_path, 'user-redirect/git-pull')}?{query}"
