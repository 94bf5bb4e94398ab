import pytest

from openjupyter_service.lti.roles import is_staff

LIS = "http://purl.imsglobal.org/vocab/lis/v2"


@pytest.mark.parametrize(
    "role",
    [
        f"{LIS}/membership#Instructor",
        f"{LIS}/membership#Administrator",
        f"{LIS}/membership#ContentDeveloper",
        f"{LIS}/membership/Instructor#TeachingAssistant",
        f"{LIS}/membership/Instructor#GuestInstructor",
        f"{LIS}/membership/Administrator#Support",
        f"{LIS}/institution/person#Administrator",
        f"{LIS}/system/person#Administrator",
        f"{LIS}/system/person#SysAdmin",
        "urn:lti:role:ims/lis/Instructor",
        "urn:lti:role:ims/lis/Instructor/PrimaryInstructor",
        "urn:lti:role:ims/lis/TeachingAssistant",
        "urn:lti:sysrole:ims/lis/SysAdmin",
        "urn:lti:instrole:ims/lis/Administrator",
        "Instructor",
        " Administrator ",
    ],
)
def test_who_teaches_or_administers_is_staff(role: str) -> None:
    assert is_staff([role])
    assert is_staff([f"{LIS}/membership#Learner", role])


@pytest.mark.parametrize(
    "role",
    [
        "",
        "Learner",
        "instructor",
        "InstructorX",
        "Learner/Instructor",
        "Mentor",
        f"{LIS}/membership#Learner",
        f"{LIS}/membership#Mentor",
        f"{LIS}/membership#Member",
        f"{LIS}/membership#instructor",
        f"{LIS}/membership#Instructor2",
        f"{LIS}/membership/Learner#Instructor",
        f"{LIS}/membership/Mentor#Instructor",
        f"{LIS}/membership/x/Instructor#TeachingAssistant",
        f"{LIS}/institution/person#Instructor",
        f"{LIS}/institution/person#Faculty",
        f"{LIS}/institution/person#Staff",
        f"{LIS}/system/person#User",
        f"{LIS}/system/person#Creator",
        "urn:lti:role:ims/lis/Learner/Instructor",
        "urn:lti:role:ims/lis/Learner",
        "urn:lti:instrole:ims/lis/Instructor",
        "urn:lti:sysrole:ims/lis/User",
        f"https://evil.example/?{LIS}/membership#Instructor",
        f"{LIS}/membership#Learner {LIS}/membership#Instructor",
        "http://evil.example/vocab/lis/v2/membership#Instructor",
    ],
)
def test_everybody_else_is_not(role: str) -> None:
    assert not is_staff([role])


def test_nobody_is_staff_without_a_role() -> None:
    assert not is_staff([])
