"""Names and Role Provisioning Services 2.0: who takes part in a course."""

import json

from deploy.demo_lms.launch13 import member_role
from deploy.demo_lms.tokens import BearerHandler
from deploy.demo_lms.tools import MEMBERS_READ

MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


class MembersHandler(BearerHandler):
    """The members of a course."""

    async def get(self, course_id: str) -> None:
        """List them, those of one role where asked for."""
        if await self.hits_fault():
            return
        self.require(MEMBERS_READ)
        course = self.find_course(course_id, None)
        role = self.get_query_argument("role", None)
        people = [person for person in self.lms.catalogue.people if course.admits(person)]
        self.set_header("Content-Type", MEMBERS_TYPE)
        self.finish(
            json.dumps(
                {
                    "id": f"{self.lms.config.base_url}{self.request.path}",
                    "context": {"id": course.id, "label": course.label, "title": course.title},
                    "members": [
                        {
                            "status": "Active",
                            "user_id": person.id,
                            "name": person.name,
                            "given_name": person.given,
                            "family_name": person.family,
                            "email": person.email,
                            "roles": [member_role(person)],
                        }
                        for person in people
                        if role in (None, person.role, member_role(person))
                    ],
                }
            )
        )
