"""Where several conversations begin, and what is looked for in them."""

from storage.models import Role
from tests.support import TELEPHONE, Clinic, Someone

# As it is shown: it stays in one line, to be read and tapped.
PHONE = TELEPHONE.replace(" ", "\u00a0")
# What follows the number wherever somebody may be unwell.
EMERGENCY = "In an emergency, call the emergency number."
# What the whole care team is offered about measured values.
MEASURING = ("ck", "steroid", "weight", "measurements", "import")
CHANGED = "Your infusion dates have changed"


def newcomer(clinic: Clinic, *buttons: str) -> Someone:
    """Someone who has opened an invitation and pressed these buttons."""
    anna = clinic.someone()
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    for button in buttons:
        anna.presses(button)
    return anna


def planning(clinic: Clinic, form: str = "Plan a course") -> tuple[Someone, Someone]:
    """A coordinator with this form open about a patient, and the patient."""
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses(form)
    return coordinator, anna


def course_open(clinic: Clinic, start: str = "2026-03-12") -> tuple[Someone, Someone]:
    """A coordinator who looks at a patient's planned course, and the patient."""
    coordinator, anna = clinic.coordinator(), clinic.patient()
    course = clinic.planned(anna, start)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses(f"{course.planned_start:%a} {course.planned_start.day} ")
    assert f"Course planned for {course.planned_start:%a} {course.planned_start.day}" in coordinator.sees
    return coordinator, anna


def told(anna: Someone) -> list[str]:
    """What the patient was told of changed dates."""
    return [text for text in anna.everything if CHANGED in text]


def reminders(anna: Someone) -> list[str]:
    return [text for text in anna.everything if text.startswith("Your infusion is ")]
