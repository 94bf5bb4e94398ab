"""Who is staff of an LMS course, by the roles of a launch (LTI 1.1, appendix A; LTI 1.3 core, appendix A.2)."""

from collections.abc import Iterable

_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_OF_COURSE = ("Instructor", "Administrator", "ContentDeveloper", "TeachingAssistant")
_OF_INSTITUTION = (
    "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin",
    "urn:lti:instrole:ims/lis/Administrator",
    "urn:lti:instrole:ims/lis/SysAdmin",
    "urn:lti:sysrole:ims/lis/Administrator",
    "urn:lti:sysrole:ims/lis/SysAdmin",
)


def is_staff(roles: Iterable[str]) -> bool:
    """Does one of the roles make its owner staff of this course?

    Roles in the course count, with all their sub-roles, and administrators of the whole LMS. A teacher elsewhere in
    the institution is nobody here. Names that are no URI mean roles in the course.
    """
    return any(_is_staff(role.strip()) for role in roles)


def _is_staff(role: str) -> bool:
    if role in _OF_COURSE or role in _OF_INSTITUTION:
        return True
    if role.startswith("urn:lti:role:ims/lis/"):
        return role.removeprefix("urn:lti:role:ims/lis/").partition("/")[0] in _OF_COURSE
    if role.startswith(f"{_MEMBERSHIP}#"):
        return role.removeprefix(f"{_MEMBERSHIP}#") in _OF_COURSE
    if role.startswith(f"{_MEMBERSHIP}/"):  # a sub-role: membership/Instructor#TeachingAssistant
        return role.removeprefix(f"{_MEMBERSHIP}/").partition("#")[0] in _OF_COURSE
    return False
