"""Who may do what: nothing of one team is to be seen or changed by another, and nobody acts beyond their role.

The tables below are checked against the routes, so that a new command, button or form cannot be forgotten here.
"""

import random
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from bot import routes
from bot.routes import BUTTONS, COMMANDS, PROCEDURES
from bot.team import staff_forms
from bot.texts import texts_in
from storage import chats, drawings, outbox
from storage.models import Invitation, Look, MessageKind, Role, Staff
from tests.support import Clinic, Someone
from tests.whole import part_of

# They show the presser's own team.
OWN = {
    *("ro:0", "ro:1", "ro:", "ro:all:0", "ro:look:3", "ro:find:0:P", "ro:nobody:0"),
    *(
        "al:",
        "qu:",
        "te:",
        "hi:team",
        "hi:team:999",
        "su:page:1",
        "su:settings",
        "su:team",
        "sf:",
        "sf:page:0",
        "la:en",
    ),
}
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
    "roster": ("/roster", "/roster {code}", "/roster {bare}", "/roster bed 12"),
    "invite": ("/invite {code}",),
    "patient": ("/patient {code}", "/patient {patient}"),
    "move": ("/move {code} 12 Mar", "/move {bare} 20 Mar to 22 Mar", "/move {code}", "/move"),
    "series": ("/series {code} every 4 weeks x 2 from 12 Apr 0.8 g/kg 1 day", "/series {bare}", "/series"),
    "history": ("/history {code}", "/history {bare}", "/history"),
    "team": ("/team", "/team {code}"),
    "desk": ("/desk", "/desk {code}"),
    "staff": ("/staff", "/staff {code}", "/staff 1"),
    "prices": ("/prices",),
    "instructions": ("/instructions",),
    "questions": ("/questions", "/questions {code}"),
    "summary": ("/summary", "/summary {code}", "/summary settings"),
    "chart": ("/chart {code}", "/chart {bare}", "/chart"),
    "export": ("/export", "/export {code}"),
    "language": ("/language", "/language de"),
    "alerts": ("/alerts", "/alerts {code}"),
    "notes": ("/notes {code}", "/notes {bare}", "/notes"),
    "ck": ("/ck", "/ck {code} 1250 <195", "/ck {bare} 1250"),
    "weight": ("/weight", "/weight {code} 82.5", "/weight {code}"),
    "steroid": ("/steroid", "/steroid {code} prednisone 15", "/steroid {code} stop prednisone"),
    "import": ("/import", "/import {code};2026-03-01;CK;1250;U/l;195", "/import {bare};2026-03-01;weight;80;kg"),
    "measurements": ("/measurements", "/measurements {code}"),
}
BUTTONS_WALKED = {
    "c": (
        "c:{message}:20260302:answer:0:9",
        "c:{message}:20260302:change::",
        "c:{message}:20260302:skip:1:",
        "c:{message}:20260302:note::",
    ),
    "kn": ("kn:1", "kn:"),
    "st": (
        *("st:follow_up:off", "st:day:56", "st:column:on", "st:zone", "st:language:de", "st:"),
        *("st:days", "st:hours", "st:languages"),
    ),
    "in": (
        *("in:r:{course}:20260320:yes", "in:l:{course}:20260320:cannot", "in:m:{course}:20260320:no"),
        *("in:l:{course}:20260320:open", "in:file", "in:list"),
    ),
    "le": ("le:ask", "le:stop", "le:consent", "le:agree", "le:stay", "le:erase", "le:really", "le:erased"),
    "pa": ("pa:on",),
    "ro": ("ro:0", "ro:1", "ro:", "ro:all:0", "ro:look:3", "ro:find:0:P", "ro:nobody:0"),
    "pt": ("pt:{patient}", "pt:all:0:{patient}", "pt:find:0:P:{patient}"),
    "pb": ("pb:{patient}", "pb:{invited}"),
    "cs": ("cs:0:{patient}", "cs:1:{patient}"),
    "co": ("co:{course}",),
    "wg": tuple(
        f"wg:2026-03-05:{what}:{subject}"
        for what in "lcpaomnryu"
        for subject in ("0", "1", "{course}", "0:1:1", "0:1:2", "0:2:1")
    ),
    "ia": ("ia:{patient}", "ia:{invited}"),
    "o": tuple(f"o:{form}:{subject}" for form in PROCEDURES for subject in ("{patient}", "{course}", "{invited}")),
    "qu": ("qu:", "qu:stop:1", "qu:stop:{patient}", "qu:stop", "qu:nothing:1"),
    "te": ("te:", "te:no_such_form", "te:prices:1"),
    "sf": (
        *("sf:", "sf:page:0", "sf:member:{staff}", "sf:link:{link}", "sf:nothing"),
        *(f"sf:{form}:{{staff}}" for form in staff_forms.OPENED),
    ),
    "hi": ("hi:team", "hi:team:999", "hi:{patient}:999", "hi:{patient}", "hi:{invited}"),
    "un": tuple(f"un:{entry}" for entry in range(1, 30)),
    "ch": ("ch:{patient}", "ch:{invited}"),
    "me": (
        *("me:ck:{patient}", "me:weight:{invited}", "me:steroid:{patient}", "me:steroid_stop:{patient}"),
        *("me:list:{patient}", "me:below:{patient}", "me:rm:m:1", "me:rm:s:1"),
    ),
    "al": ("al:", "al:end:{rule}", "al:end:{alert}"),
    "as": ("as:{alert}",),
    "su": (
        *(
            "su:seen:{look}:0",
            "su:later:{look}:0",
            "su:back:{look}:0",
            "su:off:{look}:4:0",
            "su:off:{look}:5:0",
            "su:page:1",
            "su:page:x",
        ),
        *("su:team", "su:settings", "su:picture:0", "su:nonsense"),
    ),
    "la": ("la:en",),
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
    return clinic, *clinic.plays(team_a_and_team_b)


def team_a_and_team_b(clinic: Clinic) -> tuple[dict[str, str], list[str]]:
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
    clinic.invitation(Role.CLINICIAN)
    link = clinic.rows(Invitation)[-1].id
    marked = Look(team_id=1, patient_id=anna.row.id, state=["silent:2026-03-01"], raised_at=clinic.clock.now())
    clinic.write(lambda session: session.add(marked))
    clinic.patient(team="Rheumatology")
    coordinator = staff_of(clinic, "Neuromuscular clinic", Role.COORDINATOR)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Label")
    coordinator.says("Bed 12")
    assert anna.row.label == "Bed 12"
    ids = {
        "code": anna.code,
        "bare": anna.code.removeprefix("P-"),
        "patient": str(anna.row.id),
        "invited": str(anna.row.id + 1),
        "course": str(course.id),
        "message": message,
        "rule": "1",
        "alert": "1",
        "look": "1",
        "staff": "1",
        "link": str(link),
    }
    return ids, [anna.code, "17:45", "20 Mar", "1.75", "Neuromuscular clinic", "The lift was broken", "Bed 12"]


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
        table: [
            row
            for row in rows
            if row.get("team_id", 1) == 1 and table not in {"Chat", "Dialogue", "Team", "DeskTicket"}
        ]
        for table, rows in clinic.stored().items()
    }


def test_no_button_shows_or_changes_anything_of_another_team(
    two_teams: tuple[Clinic, dict[str, str], list[str]],
) -> None:
    clinic, ids, secrets = two_teams
    member = staff_of(clinic, "Rheumatology", Role.COORDINATOR, Role.CLINICIAN)
    before = clinic.stored()
    for route, walked in BUTTONS_WALKED.items():
        for data, toast in member.forges_all(each.format(**ids) for each in walked).items():
            assert data in OWN or toast.startswith((GONE, OLD_BUTTON)), f"{data} said {toast!r}"
        assert clinic.stored() == before, f"one of {route} changed something"
    toasts = member.forges_all(FORMS_WALKED)
    assert {data: toast for data, toast in toasts.items() if toast != OLD_BUTTON} == {}
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


def stranger(clinic: Clinic) -> Someone:
    return clinic.someone()


def patient_of_the_team(clinic: Clinic) -> Someone:
    return clinic.patient()


def patient_of_another_team(clinic: Clinic) -> Someone:
    return clinic.patient(team="Rheumatology")


def staff_of_another_team(clinic: Clinic) -> Someone:
    return staff_of(clinic, "Rheumatology", Role.COORDINATOR, Role.CLINICIAN)


def staff_who_left(clinic: Clinic) -> Someone:
    """They could do everything, looked at the patient, and have a form open about them."""
    staff_of(clinic, "Neuromuscular clinic", Role.COORDINATOR)
    member = staff_of(clinic, "Neuromuscular clinic", Role.COORDINATOR, Role.CLINICIAN)
    for said in ("/roster", "/alerts", "/team"):
        member.says(said)
    member.says("/staff")
    number = clinic.rows(Staff)[-1].number
    for button in (f"no. {number}", "Leave the team", "Yes, do it"):
        member.presses(button)
    return member


OUTSIDERS = (stranger, patient_of_the_team, patient_of_another_team, staff_of_another_team, staff_who_left)


def sent(member: Someone, what: str) -> None:
    getattr(member.clinic.world, what)(member.account)
    member.clinic.calm()


def edited(member: Someone, _ids: dict[str, str]) -> None:
    message = member.clinic.world.say(member.account, "8")
    member.clinic.calm()
    member.clinic.world.edit(member.account, message, "9")
    member.clinic.calm()


# What is no command and no button: typed, sent, edited.
OTHERWISE: dict[str, Callable[[Someone, dict[str, str]], None]] = {
    "a number": lambda member, ids: member.says("7"),
    "a line": lambda member, ids: member.says("3 2 2 4"),
    "a code": lambda member, ids: member.says(ids["code"]),
    "no command": lambda member, ids: member.says(f"/nonsense {ids['code']}"),
    "help": lambda member, ids: member.says("/help"),
    "start": lambda member, ids: member.says("/start"),
    "a used link": lambda member, ids: member.says(f"/start {ids['used']}"),
    "a place": lambda member, ids: member.shares_place(47.4, 8.5),
    "a sticker": lambda member, ids: sent(member, "send_sticker"),
    "a photo": lambda member, ids: sent(member, "send_photo"),
    "a voice": lambda member, ids: sent(member, "send_voice"),
    "an edit": edited,
}


def of_anna(clinic: Clinic, ids: dict[str, str]) -> dict[str, object]:
    """All rows about her, and all that the team has set."""
    return {
        table: [row for row in rows if is_hers(table, row, int(ids["patient"]))]
        for table, rows in clinic.stored().items()
    }


def is_hers(table: str, row: dict[str, object], patient_id: int) -> bool:
    if table in {"Team", "AlertRule", "OwnItem", "Staff"}:
        return row["id" if table == "Team" else "team_id"] == 1
    return (
        row["id" if table == "Patient" else "patient_id"] == patient_id
        if "patient_id" in row or table == "Patient"
        else False
    )


def new_to(member: Someone, before: list[str], secrets: list[str]) -> list[str]:
    """Team A's secrets in what has come since, and in what reads otherwise now."""
    now = [*member.everything, *(label for message in member.messages for label in labels(member, message))]
    known = set(before)
    return [secret for secret in secrets if any(secret in text for text in now if text not in known)]


def walk(member: Someone, ids: dict[str, str]) -> None:
    """Everything that there is to do."""
    for walked in COMMANDS_WALKED.values():
        for said in part_of(walked, 3):
            member.says(said.format(**ids))
    if not member.messages:
        member.says("/help")
    pressed = [data.format(**ids) for walked in BUTTONS_WALKED.values() for data in walked]
    # There are hundreds.
    member.forges_all(part_of([*pressed, *FORMS_WALKED], 4, kind=lambda data: data.split(":")[0]))
    for do in OTHERWISE.values():
        do(member, ids)


def counted() -> dict[str, int]:
    return {
        "commands": sum(len(walked) for walked in COMMANDS_WALKED.values()),
        "buttons": sum(len(walked) for walked in BUTTONS_WALKED.values()),
        "forms": len(FORMS_WALKED),
        "otherwise": len(OTHERWISE),
        "messages": len(MessageKind),
    }


@pytest.mark.parametrize("who", OUTSIDERS, ids=lambda who: who.__name__)
def test_whoever_is_not_on_the_team_sees_and_changes_nothing_of_it(
    two_teams: tuple[Clinic, dict[str, str], list[str]], who: Callable[[Clinic], Someone]
) -> None:
    clinic, ids, secrets = two_teams
    used = clinic.invitation(Role.CLINICIAN)
    clinic.someone().says(f"/start {used}")
    member = who(clinic)
    before, everything = of_anna(clinic, ids), clinic.stored()
    seen = [*member.everything, *(label for message in member.messages for label in labels(member, message))]
    if who is patient_of_the_team:
        # The team's name and the words on its own reminders are theirs too.
        secrets = [ids["code"], "20 Mar", "1.75", "The lift was broken"]
    walk(member, {**ids, "used": used})
    assert of_anna(clinic, ids) == before
    assert [secret for secret in new_to(member, seen, secrets) if secret != ids["code"]] == []
    # What they typed themselves is said back where it cannot be read.
    new = [re.sub(f"[“„]{ids['code']}[”“]", "", text) for text in member.everything if text not in seen]
    assert [text for text in new if ids["code"] in text] == []
    if who in {stranger, staff_who_left}:
        assert clinic.stored() == everything, "no row of anything"


def guessed(seed: int, times: int) -> list[str]:
    """Buttons of ours with other numbers in them, as somebody makes up who knows how they are made."""
    chance = random.Random(seed)
    known = {name: [data for data in walked if re.search(r"{\w+}|\d", data)] for name, walked in BUTTONS_WALKED.items()}
    prefixes = sorted(name for name, walked in known.items() if walked)
    # There are few rows, and most of them have small numbers.
    numbers = [*range(1, 6), *range(1, 6), *range(1, 6), *range(20), 2**31 - 1, 2**31, 10**9 - 1, 10**18]

    def another(match: re.Match[str]) -> str:
        return str(chance.choice(numbers)) if match[0].startswith("{") or chance.random() < 0.2 else match[0]

    return [
        re.sub(r"{\w+}|\b\d{1,3}\b", another, chance.choice(known[chance.choice(prefixes)]))[:64] for _ in range(times)
    ]


@pytest.mark.parametrize("who", OUTSIDERS, ids=lambda who: who.__name__)
def test_no_number_that_is_guessed_opens_anything_of_another_team(
    two_teams: tuple[Clinic, dict[str, str], list[str]], who: Callable[[Clinic], Someone]
) -> None:
    clinic, ids, _ = two_teams
    member = who(clinic)
    if not member.messages:
        member.says("/help")
    own = {"The lift was broken", "Bed 12", ids["code"]}
    before = of_anna(clinic, ids)
    member.forges_all(part_of(guessed(seed=7, times=300), 4))
    assert clinic.world.unanswered_callbacks() == []
    after = of_anna(clinic, ids)
    assert {table: rows for table, rows in after.items() if rows != before[table]} == {}
    # Whatever forms were opened by it are of their own team, and go on so.
    member.says("12 Mar")
    assert of_anna(clinic, ids) == before
    assert new_to(member, [], sorted(own)) == []


def test_the_walk_has_everything_in_it() -> None:
    count = counted()
    print(f"The walk of rights, each of {len(OUTSIDERS)} people: {count}, together {sum(count.values())}")
    assert count["commands"] >= len(COMMANDS)
    assert count["buttons"] >= len(BUTTONS) + 3 * len(PROCEDURES), (
        "each form is opened about a patient, a course, a stranger"
    )
    assert count["forms"] >= 3 * len(PROCEDURES)
    assert len(OTHERWISE) >= 12


@pytest.mark.parametrize("who", OUTSIDERS[1:], ids=lambda who: who.__name__)
def test_no_message_page_or_file_goes_to_whoever_it_is_not_for(
    two_teams: tuple[Clinic, dict[str, str], list[str]], who: Callable[[Clinic], Someone]
) -> None:
    """One of every kind, about team A's patient, in the outbox to the wrong chat."""
    clinic, ids, secrets = two_teams
    member = who(clinic)
    seen, said = list(member.everything), len(member.messages)
    clinic.write(lambda session: enqueue_all(session, clinic, member, ids))
    clinic.passes(minutes=1)
    told = member.messages[said:]
    if who is staff_who_left:
        # That they have left is for them.
        assert [str(message["text"]).partition(" Neuro")[0] for message in told] == ["You are no longer on the team"]
        return
    assert told == []
    assert new_to(member, seen, secrets) == []


def enqueue_all(session: Session, clinic: Clinic, member: Someone, ids: dict[str, str]) -> None:
    now, someone = clinic.clock.now(), chats.who_is(session, member.account)
    assert someone is not None
    soon = now + timedelta(hours=1)
    patient: dict[str, Any] = {"team_id": 1, "patient_id": int(ids["patient"])}
    drawing = drawings.wanted(session, language="en", as_of=now, dedupe_key="page", expires_at=soon, **patient)
    drafts = [
        outbox.draft(
            kind=kind,
            chat_id=someone.chat.id,
            course_id=int(ids["course"]),
            diary_date=date(2026, 3, 2),
            alert_id=int(ids["alert"]),
            staff_id=int(ids["staff"]),
            drawing_id=drawing,
            dedupe_key=f"to the wrong chat:{kind.value}",
            due_at=now,
            expires_at=soon,
            **patient,
        )
        for kind in MessageKind
    ]
    assert outbox.enqueue(session, *drafts) == len(MessageKind)
    drawn = drawings.of_team(session, 1, drawing)
    assert drawn is not None
    drawings.finish(session, drawn, None, f"The page of {ids['code']}", b"a file")


@pytest.mark.parametrize("role", list(Role))
def test_nobody_acts_beyond_their_role(clinic: Clinic, role: Role) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-20")
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    member = anna if role is Role.PATIENT else staff_of(clinic, "Neuromuscular clinic", role)
    ids = {"code": anna.code, "bare": "", "patient": "1", "invited": "1", "course": "1", "message": "1"}
    ids |= {"rule": "1", "alert": "1", "look": "1", "staff": "99", "link": "1"}
    before, said_before = clinic.stored(), len(member.messages)
    allowed = {route.name for route in COMMANDS if role in route.roles}
    for route in COMMANDS:
        if route.name not in allowed:
            member.says(f"/{route.name} {anna.code}")
            assert "/help" in member.sees or "You are on the team" in member.sees
    for route in BUTTONS:
        if role not in route.roles:
            toasts = member.forges_all(data.format(**ids) for data in BUTTONS_WALKED[route.name])
            assert {data: toast for data, toast in toasts.items() if toast != OLD_BUTTON} == {}
    assert clinic.stored() == before
    assert all(f"{anna.code} ·" not in text for text in member.everything[said_before:])


def test_the_menu_offers_exactly_what_one_may_use() -> None:
    for role in Role:
        of_role = [route for route in COMMANDS if role in route.roles]
        names = [name for name, _ in routes.menu(of_role, texts_in("en")).commands]
        assert names == [*(route.name for route in COMMANDS if role in route.roles), "help"]
