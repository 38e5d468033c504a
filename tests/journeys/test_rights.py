"""Who may do what: nothing of one team is to be seen or changed by another, and nobody acts beyond their role.

The tables below are checked against the routes, so that a new command, button or form cannot be forgotten here.
"""

import pytest

from bot import routes
from bot.routes import BUTTONS, COMMANDS, PROCEDURES
from bot.texts import texts_in
from storage.models import Role
from tests.support import Clinic, Someone

# They show the presser's own team.
OWN = {"ro:0", "ro:1", "al:", "qu:", "te:", "hi:team"}
OLD_BUTTON = "This button is no longer in use. Nothing was changed."
GONE = "This has changed meanwhile, so nothing was done."
# What a member of the other team gets: `{code}`, `{patient}` and `{course}` are team A's.
COMMANDS_WALKED = {
    "today": ("/today",),
    "yesterday": ("/yesterday",),
    "settings": ("/settings",),
    "pause": ("/pause",),
    "mydata": ("/mydata", "/mydata {code}"),
    "privacy": ("/privacy", "/privacy {code}"),
    "withdraw": ("/withdraw", "/withdraw {code}"),
    "infusions": ("/infusions",),
    "roster": ("/roster", "/roster {code}"),
    "invite": ("/invite {code}",),
    "patient": ("/patient {code}", "/patient {patient}"),
    "move": ("/move {code} 12 Mar", "/move {bare} 20 Mar to 22 Mar", "/move {code}", "/move"),
    "series": ("/series {code} every 4 weeks x 2 from 12 Apr 0.8 g/kg 1 day", "/series {bare}", "/series"),
    "history": ("/history {code}", "/history {bare}", "/history"),
    "team": ("/team", "/team {code}"),
    "prices": ("/prices",),
    "instructions": ("/instructions",),
    "questions": ("/questions", "/questions {code}"),
    "summary": ("/summary", "/summary {code}"),
    "chart": ("/chart {code}", "/chart {bare}", "/chart"),
    "alerts": ("/alerts", "/alerts {code}"),
    "notes": ("/notes {code}", "/notes {bare}", "/notes"),
}
BUTTONS_WALKED = {
    "c": (
        "c:{message}:20260302:answer:0:9",
        "c:{message}:20260302:change::",
        "c:{message}:20260302:skip:1:",
        "c:{message}:20260302:note::",
    ),
    "st": (
        *("st:time:0700", "st:follow_up:off", "st:day:56", "st:column:on", "st:zone", "st:language:de", "st:"),
        *("st:days", "st:hours", "st:languages"),
    ),
    "in": (
        *("in:r:{course}:20260320:yes", "in:l:{course}:20260320:cannot", "in:m:{course}:20260320:no"),
        *("in:l:{course}:20260320:open", "in:file", "in:list"),
    ),
    "le": ("le:ask", "le:stop", "le:consent", "le:agree", "le:stay", "le:erase", "le:really", "le:erased"),
    "pa": ("pa:2026-03-09", "pa:on"),
    "ro": ("ro:0", "ro:1"),
    "pt": ("pt:{patient}",),
    "cs": ("cs:0:{patient}", "cs:1:{patient}"),
    "co": ("co:{course}",),
    "wg": tuple(f"wg:2026-03-05:{what}:{subject}" for what in "lcpaomnry" for subject in ("0", "1", "{course}")),
    "ia": ("ia:{patient}", "ia:{invited}"),
    "o": tuple(f"o:{form}:{subject}" for form in PROCEDURES for subject in ("{patient}", "{course}", "{invited}")),
    "qu": ("qu:", "qu:stop:1", "qu:stop:{patient}", "qu:stop", "qu:nothing:1"),
    "te": ("te:", "te:no_such_form", "te:prices:1"),
    "hi": ("hi:team", "hi:{patient}", "hi:{invited}"),
    "un": tuple(f"un:{entry}" for entry in range(1, 30)),
    "ch": ("ch:{patient}", "ch:{invited}"),
    "al": ("al:", "al:end:{rule}"),
    "as": ("as:{alert}",),
    "nt": ("nt:{patient}", "nt:{invited}"),
}
FORMS_WALKED = tuple(
    f"f:{name}:{question}:{value}"
    for name, procedure in PROCEDURES.items()
    for question, value in (
        *((question.key, "2026-03-20") for question in procedure.form.questions),
        *((question.key, "yes") for question in procedure.form.questions),
        ("+", "+"),
        ("+", "x"),
    )
)


@pytest.fixture
def two_teams(clinic: Clinic) -> tuple[Clinic, dict[str, str], list[str]]:
    """Team A with a patient, a course and answers; team B with its own. What A's things are called, and A's secrets."""
    clinic.another_team("Rheumatology")
    anna, doctor = clinic.patient("17:45"), staff_of(clinic, "Neuromuscular clinic", Role.CLINICIAN)
    doctor.says("/alerts")
    for pressed in ("Add a rule", "Pain", "A value", "7", "1", "Yes, do it"):
        doctor.presses(pressed)
    course = clinic.planned(anna, "2026-03-20", days=4, dose=1.75)
    clinic.becomes(clinic.local("2026-03-02 17:50"))
    message = anna.buttons_of(anna.last["message_id"])["7"].split(":")[1]
    anna.says("7 7 7 7")
    anna.presses("Add a note")
    anna.says("The lift was broken")
    assert "Pain 7" in doctor.sees, "an alert"
    clinic.invitation(Role.PATIENT)
    clinic.patient(team="Rheumatology")
    ids = {
        "code": anna.code,
        "bare": anna.code.removeprefix("P-"),
        "patient": str(anna.row.id),
        "invited": str(anna.row.id + 1),
        "course": str(course.id),
        "message": message,
        "rule": "1",
        "alert": "1",
    }
    return clinic, ids, [anna.code, "17:45", "20 Mar", "1.75", "Neuromuscular clinic", "The lift was broken"]


def staff_of(clinic: Clinic, team: str, *roles: Role) -> Someone:
    member = clinic.someone()
    for role in roles:
        member.says(f"/start {clinic.invitation(role, team)}")
    return member


def test_every_route_is_walked() -> None:
    assert set(COMMANDS_WALKED) == {route.name for route in COMMANDS}
    assert set(BUTTONS_WALKED) == {route.name for route in BUTTONS}
    assert {data.split(":")[1] for data in FORMS_WALKED} == set(PROCEDURES)


def seen_of(member: Someone, secrets: list[str], echo: str) -> list[str]:
    """Team A's secrets in this chat; a code that was typed may be said back."""
    everything = " ".join([*member.everything, *(label for m in member.messages for label in labels(member, m))])
    return [secret for secret in secrets if secret in everything.replace(f"“{echo}”", "")]


def labels(member: Someone, message: dict[str, object]) -> list[str]:
    return [label for label, _ in member.clinic.world.buttons(message)]


@pytest.mark.parametrize("name", sorted(COMMANDS_WALKED))
def test_no_command_shows_or_changes_anything_of_another_team(
    two_teams: tuple[Clinic, dict[str, str], list[str]], name: str
) -> None:
    clinic, ids, secrets = two_teams
    member = staff_of(clinic, "Rheumatology", Role.COORDINATOR, Role.CLINICIAN)
    for said in COMMANDS_WALKED[name]:
        before = of_team_a(clinic)
        member.says(said.format(**ids))
        assert seen_of(member, secrets, ids["code"]) == []
        assert of_team_a(clinic) == before


def of_team_a(clinic: Clinic) -> dict[str, object]:
    """All rows of the first team, and all that belongs to none."""
    return {
        table: [row for row in rows if row.get("team_id", 1) == 1 and table not in {"Chat", "Dialogue", "Team"}]
        for table, rows in clinic.stored().items()
    }


def test_no_button_shows_or_changes_anything_of_another_team(
    two_teams: tuple[Clinic, dict[str, str], list[str]],
) -> None:
    clinic, ids, secrets = two_teams
    member = staff_of(clinic, "Rheumatology", Role.COORDINATOR, Role.CLINICIAN)
    before = clinic.stored()
    for walked in BUTTONS_WALKED.values():
        for data in walked:
            toast = member.forges(data.format(**ids))
            assert data in OWN or toast.startswith((GONE, OLD_BUTTON)), f"{data} said {toast!r}"
            assert clinic.stored() == before, f"{data} changed something"
    for data in FORMS_WALKED:
        assert member.forges(data) == OLD_BUTTON, data
    assert clinic.stored() == before
    assert seen_of(member, secrets, ids["code"]) == []


def test_a_form_about_ones_own_patient_cannot_be_turned_on_anothers(
    two_teams: tuple[Clinic, dict[str, str], list[str]],
) -> None:
    clinic, ids, _ = two_teams
    member = staff_of(clinic, "Rheumatology", Role.COORDINATOR)
    member.says("/roster")
    member.presses("P-")
    member.presses("Plan a course")
    before = of_team_a(clinic)
    assert member.forges(f"o:cancel_course:{ids['course']}").startswith(GONE)
    assert member.forges("f:cancel_course:+:+") == OLD_BUTTON
    assert of_team_a(clinic) == before


def test_a_patient_of_another_team_is_not_answered_for(two_teams: tuple[Clinic, dict[str, str], list[str]]) -> None:
    clinic, ids, secrets = two_teams
    ben = clinic.patient(team="Rheumatology")
    before = of_team_a(clinic)
    for walked in BUTTONS_WALKED.values():
        for data in walked:
            ben.forges(data.format(**ids))
    for walked in COMMANDS_WALKED.values():
        for said in walked:
            ben.says(said.format(**ids))
    assert of_team_a(clinic) == before
    assert seen_of(ben, secrets, ids["code"]) == []


@pytest.mark.parametrize("role", list(Role))
def test_nobody_acts_beyond_their_role(clinic: Clinic, role: Role) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-20")
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    member = anna if role is Role.PATIENT else staff_of(clinic, "Neuromuscular clinic", role)
    ids = {"code": anna.code, "bare": "", "patient": "1", "invited": "1", "course": "1", "message": "1"}
    ids |= {"rule": "1", "alert": "1"}
    before, said_before = clinic.stored(), len(member.messages)
    allowed = {route.name for route in COMMANDS if role in route.roles}
    for route in COMMANDS:
        if route.name not in allowed:
            member.says(f"/{route.name} {anna.code}")
            assert "/help" in member.sees or "You are on the team" in member.sees
    for route in BUTTONS:
        if role not in route.roles:
            for data in BUTTONS_WALKED[route.name]:
                assert member.forges(data.format(**ids)) == OLD_BUTTON, data
    assert clinic.stored() == before
    assert all(f"{anna.code} ·" not in text for text in member.everything[said_before:])


def test_the_menu_offers_exactly_what_one_may_use() -> None:
    for role in Role:
        names = [name for name, _ in routes.menu([role], texts_in("en")).commands]
        assert names == [*(route.name for route in COMMANDS if role in route.roles), "help"]
