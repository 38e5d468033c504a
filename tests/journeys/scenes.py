"""Where several conversations begin, and what is looked for in them."""

from storage.models import Role
from tests.support import TELEPHONE, Clinic, Someone

# As it is shown: it stays in one line, to be read and tapped.
PHONE = TELEPHONE.replace(" ", "\u00a0")


def newcomer(clinic: Clinic, *buttons: str) -> Someone:
    """Someone who has opened an invitation and pressed these buttons."""
    anna = clinic.someone()
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    for button in buttons:
        anna.presses(button)
    return anna
