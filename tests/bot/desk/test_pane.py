"""The pane: the chat's own forms on a page, with the chat's rights, previews, undo and history."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from bot.texts import plain, texts_in
from jobs import alert_settings
from jobs.alert_settings import Wanted
from storage import audit, teams
from storage.models import AlertKind, AuditEntry, CourseStatus, Dialogue, Patient
from tests.bot.desk.at_the_desk import AtTheDesk, presses, types, words
from tests.support import TEAM, Clinic


@pytest.fixture
def desk(clinic: Clinic) -> Iterator[AtTheDesk]:
    with AtTheDesk(clinic) as desk:
        yield desk


def test_a_course_and_its_followers_are_moved_as_in_the_chat(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    first, _ = clinic.planned(anna, "2026-03-12"), clinic.planned(anna, "2026-04-09")
    with desk.client(coordinator) as client:
        asked = presses(client, f"o:move_course:{first.id}", "f:move_course:start:2026-03-16")
        assert "4 days later" in words(asked)
        preview = presses(client, "f:move_course:later:later")
        assert "4 days later too, on Mon 13 Apr 2026" in words(preview)
        assert anna.starts == ["2026-03-12", "2026-04-09"]
        done = presses(client, "f:move_course:+:+")
    assert "Undo" in words(done)
    assert anna.starts == ["2026-03-16", "2026-04-13"]
    clinic.calm()
    assert "16 Mar" in anna.sees
    moved = [entry for entry in clinic.rows(AuditEntry) if entry.action == "course_moved"]
    assert {entry.actor for entry in moved} == {"staff:1"}


def test_what_was_done_there_is_undone_there(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    course = clinic.planned(anna, "2026-03-12")
    with desk.client(coordinator) as client:
        presses(client, f"o:move_course:{course.id}", "f:move_course:start:2026-03-16")
        done = presses(client, "f:move_course:+:+")
        undo = done.split('value="un:')[1].split('"')[0]
        presses(client, f"un:{undo}")
    assert anna.starts == ["2026-03-12"]


def test_the_form_in_the_chat_goes_on_beside_the_one_in_the_pane(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    course = clinic.planned(anna, "2026-03-12")
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Plan a course")
    with desk.client(coordinator) as client:
        presses(client, f"o:move_course:{course.id}")
        assert {row.pane for row in clinic.rows(Dialogue)} == {0, 16}
        coordinator.says("20 Mar")
        assert "days" in coordinator.sees
        presses(client, "f:move_course:start:2026-03-16")
        presses(client, "f:move_course:+:+")
    assert anna.starts == ["2026-03-16"]


def test_the_chats_commands_work_in_the_pane(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    clinic.planned(anna, "2026-03-12", days=1)
    with desk.client(coordinator) as client:
        assert "from Thu 12 Mar 2026" in words(types(client, f"/move {anna.code} 20 Mar"))
        assert "/desk/enter?ticket=" in types(client, "/desk")
        assert "/roster" in types(client, "/help")
        assert str(coordinator.account) in types(client, "/id")
        assert "do not know that command" in types(client, "/nonsense")
        invitation = types(client, "/invite")
    new = next(patient for patient in clinic.rows(Patient) if patient.id != anna.row.id)
    assert "data:image/png" in invitation
    assert f'href="/desk/patients/{new.pseudonym}"' in invitation


def test_a_typed_line_answers_what_was_shown_above_it_and_nothing_else(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, ben, coordinator = clinic.patient(), clinic.patient(), clinic.coordinator()
    one, other = clinic.planned(anna, "2026-03-12", days=1), clinic.planned(ben, "2026-03-13", days=1)
    with desk.client(coordinator) as client:
        first = presses(client, f"o:move_course:{one.id}")
        card = presses(client, f"co:{other.id}")
        assert "pane-line" in first
        assert "pane-line" not in card, "a card asks nothing, though a form is open behind it"
        second = presses(client, f"o:move_course:{other.id}")
        assert "no longer in use" in types(client, "20 Mar", first)
        assert "no longer in use" in types(client, "20 Mar", "")
        assert "no longer in use" in presses(client, "f:move_course:start:2026-03-20", shown=first)
        preview = types(client, "20 Mar", second)
    assert ben.code in preview
    assert anna.code not in preview


def test_a_line_to_type_into_is_there_only_where_one_counts(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    course = clinic.planned(anna, "2026-03-12", days=1)
    clinic.planned(anna, "2026-04-09", days=1)
    with desk.client(coordinator) as client:
        assert "pane-line" in presses(client, f"o:move_course:{course.id}"), "a day can be typed"
        assert "pane-line" not in presses(client, "f:move_course:start:2026-03-16"), "only this or the later ones too"
        assert "pane-line" not in presses(client, "f:move_course:later:later"), "a preview"
        assert "pane-line" not in presses(client, f"o:cancel_course:{course.id}"), "the reasons are buttons"
        assert "pane-line" not in presses(client, "te:instructions"), "the languages are"
        assert "pane-line" in presses(client, "f:instructions:of:en")
        types(client, f"/ck {anna.code} 157 1 Feb")
        presses(client, "f:ck:+:+")
        doubtful = types(client, f"/ck {anna.code} 12500")
        assert "Is it right?" in doubtful
        assert "pane-line" not in doubtful


def test_days_are_heard_whole_and_what_holds_a_place_is_no_button(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    clinic.planned(anna, "2026-03-12", days=1)
    with desk.client(coordinator) as client:
        shown = presses(client, f"o:plan_course:{anna.row.id}")
    assert 'value="f:plan_course:start:2026-03-12" aria-label="Thu 12 Mar 2026 *">12*</button>' in shown
    assert '<span class="idle">March 2026</span>' in shown
    assert '<span class="idle">We</span>' in shown
    assert ':-"' not in shown
    assert "Apr ›</button>" in shown, "turned by a button that says so itself"


def test_a_yes_is_one_to_what_stands_above_it(desk: AtTheDesk) -> None:
    """Two windows of one browser may share a pane: a duplicated one does."""
    clinic = desk.clinic
    anna, ben, coordinator = clinic.patient(), clinic.patient(), clinic.coordinator()
    one, other = clinic.planned(anna, "2026-03-12", days=1), clinic.planned(ben, "2026-03-13", days=1)
    with desk.client(coordinator) as client:
        of_anna = presses(client, f"o:move_course:{one.id}", "f:move_course:start:2026-03-16")
        of_ben = presses(client, f"o:move_course:{other.id}", "f:move_course:start:2026-03-20")
        assert "no longer in use" in presses(client, "f:move_course:+:+", shown=of_anna)
        assert (anna.starts, ben.starts) == (["2026-03-12"], ["2026-03-13"])
        presses(client, "f:move_course:+:+", shown=of_ben)
    assert (anna.starts, ben.starts) == (["2026-03-12"], ["2026-03-20"])


def test_a_drag_that_is_refused_is_no_answer_to_another_form(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, ben, coordinator = clinic.patient(), clinic.patient(), clinic.coordinator()
    one, other = clinic.planned(anna, "2026-03-12", days=1), clinic.planned(ben, "2026-03-13", days=1)
    coordinator.says(f"/patient {ben.code}")
    for button in ("Fri 13 Mar", "Cancel this course", "Patient ill", "Yes, do it"):
        coordinator.presses(button)
    with desk.client(coordinator) as client:
        presses(client, f"o:move_course:{one.id}")
        told = presses(client, f"o:move_course:{other.id}", "f:move_course:start:2026-03-25")
        assert anna.code not in told
        assert "f:move_course" not in told
    assert anna.starts == ["2026-03-12"]


def test_what_was_done_can_be_undone_from_the_history_once_the_pane_is_closed(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, coordinator, clinician = clinic.patient(), clinic.coordinator(), clinic.clinician()
    course, path = clinic.planned(anna, "2026-03-12", days=1), f"/desk/patients/{anna.code}"
    move = (f"o:move_course:{course.id}", "f:move_course:start:2026-03-16", "f:move_course:+:+")
    with desk.client(coordinator) as client, desk.client(clinician) as doctor:
        presses(client, *move)
        assert 'data-pane="un:' not in doctor.get(path).text
        assert 'data-pane="un:' in client.get("/desk/team").text
        presses(client, "un:" + client.get(path).text.split('data-pane="un:')[1].split('"')[0])
        assert anna.starts == ["2026-03-12"]
        assert 'data-pane="un:' not in client.get(path).text
        presses(client, *move)
        clinic.passes(minutes=55)
        assert 'data-pane="un:' in client.get(path).text
        clinic.passes(minutes=6)
        assert 'data-pane="un:' not in client.get(path).text


def pain_of_eight(session: Session) -> None:
    team = teams.team_named(session, TEAM)
    assert team is not None
    wanted = Wanted("pain", AlertKind.VALUE, 8, 1)
    alert_settings.add_rule(session, audit.OPERATOR, team, wanted, team.created_at)


def test_an_alert_is_read_and_seen_at_the_desk(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, coordinator, clinician = clinic.patient(), clinic.coordinator(), clinic.clinician()
    clinic.write(pain_of_eight)
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("9 2 2 2")
    clinic.passes(minutes=4)
    path = f"/desk/patients/{anna.code}"
    with desk.client(clinician) as doctor, desk.client(coordinator) as boss:
        page = doctor.get(path).text
        assert "Pain 9" in words(page)
        assert "Pain 9" not in words(boss.get(path).text)
        presses(doctor, "as:" + page.split('data-pane="as:')[1].split('"')[0])
        assert 'data-pane="as:' not in doctor.get(path).text
    clinic.calm()
    assert "Seen by you" in clinician.sees


def test_all_that_is_wrong_with_a_table_is_said(desk: AtTheDesk) -> None:
    with desk.client(desk.clinic.coordinator()) as client:
        asked = types(client, "/import")
        lines = ["patient,date,analyte,value,unit,upper_limit", *("P-AAAA,soon,CK,much,U/l,x" for _ in range(180))]
        told = types(client, "\n".join(lines), asked)
    assert "Nothing was kept" in told
    assert 'download="' in told


def test_a_button_that_is_too_old_leaves_what_the_pane_shows(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    course = clinic.planned(clinic.patient(), "2026-03-12", days=1)
    with desk.client(clinic.coordinator()) as client:
        presses(client, f"o:move_course:{course.id}")
        pressed = {"data": "f:cancel_course:reason:clinic", "once": "a" * 24}
        answer = client.post("/desk/pane", data=pressed)
        assert answer.headers["HX-Retarget"] == "#pane-toast"
        assert "HX-Trigger" not in answer.headers
        assert "Yes, do it" in presses(client, "f:move_course:start:2026-03-16")


def test_two_open_pages_of_one_person_have_a_form_each(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    one, other = clinic.planned(anna, "2026-03-12", days=1), clinic.planned(anna, "2026-04-09", days=1)
    with desk.client(coordinator) as client:
        presses(client, f"o:move_course:{one.id}", "f:move_course:start:2026-03-16", "f:move_course:later:only", tab=3)
        presses(client, f"o:cancel_course:{other.id}", tab=5)
        presses(client, "f:move_course:+:+", tab=3)
    assert anna.starts == ["2026-03-16", "2026-04-09"]


def test_what_is_refused_at_once_is_said(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    course = clinic.planned(anna, "2026-03-12", days=1)
    with desk.client(coordinator) as client:
        presses(client, f"o:cancel_course:{course.id}")
        refused = presses(client, "o:move_course:999", "f:move_course:start:2026-03-16")
    assert "changed meanwhile" in words(refused)


def test_pressed_twice_it_is_done_once(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    course = clinic.planned(anna, "2026-03-12")
    with desk.client(coordinator) as client:
        presses(client, f"o:move_course:{course.id}", "f:move_course:start:2026-03-16")
        done = presses(client, "f:move_course:+:+", once="a" * 24)
        assert words(presses(client, "f:move_course:+:+", once="a" * 24)) == words(done)
    assert len([entry for entry in clinic.rows(AuditEntry) if entry.action == "course_moved"]) == 1


def test_what_is_impossible_is_said_and_changes_nothing(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    course = clinic.planned(anna, "2026-03-12")
    with desk.client(coordinator) as client:
        before = clinic.stored()
        refused = presses(client, f"o:move_course:{course.id}", "f:move_course:start:2026-02-01")
        assert "past" in words(refused) or "before today" in words(refused)
        asked = presses(client, f"o:move_course:{course.id}")
        assert "I cannot read “soon”" in words(types(client, "soon", asked))
    assert clinic.stored()["Course"] == before["Course"]


def test_the_second_of_two_sees_what_the_first_did_and_overwrites_nothing(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, one, other = clinic.patient(), clinic.coordinator(), clinic.coordinator()
    course = clinic.planned(anna, "2026-03-12")
    with desk.client(one) as first, desk.client(other) as second:
        presses(first, f"o:move_course:{course.id}", "f:move_course:start:2026-03-16")
        presses(second, f"o:move_course:{course.id}", "f:move_course:start:2026-03-20")
        presses(first, "f:move_course:+:+")
        late = presses(second, "f:move_course:+:+")
    assert anna.starts == ["2026-03-16"]
    assert "Thu 12 Mar 2026" in words(late)
    assert "Mon 16 Mar 2026" in words(late)


REFUSED = {plain(texts_in("en")(key)) for key in ("form.old_button", "refusal.gone")}


def test_whoever_may_not_is_told_so_and_nothing_happens(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, clinician = clinic.patient(), clinic.clinician()
    course = clinic.planned(anna, "2026-03-12")
    clinic.another_team("Elsewhere")
    stranger = clinic.coordinator("Elsewhere")
    for member in (clinician, stranger):
        with desk.client(member) as client:
            told = presses(client, f"o:move_course:{course.id}", "f:move_course:start:2026-03-16", "f:move_course:+:+")
            assert told in REFUSED
            assert anna.starts == ["2026-03-12"]
    assert course.status is CourseStatus.PLANNED


def test_whoever_is_not_signed_in_is_led_to_the_entrance(desk: AtTheDesk) -> None:
    with desk.client(None) as client:
        answer = client.post("/desk/pane", data={"data": "ro:", "once": "a" * 24}, headers={"hx-request": "true"})
        assert answer.headers["HX-Redirect"] == "/desk/"
        assert client.get("/desk/roster").headers["location"] == "/desk/"


def test_a_strange_page_cannot_press(desk: AtTheDesk) -> None:
    with desk.client(desk.clinic.coordinator()) as client:
        pressed = {"data": "ro:", "once": "a" * 24}
        for origin in ("https://evil.example", "null", ""):
            assert client.post("/desk/pane", data=pressed, headers={"Origin": origin}).status_code == 403
        assert client.get("/desk/roster", headers={"Host": "evil.example"}).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": "ro:"},
        {"data": "ro:", "text": "both", "once": "a" * 24},
        {"data": ["ro:"] * 5, "once": "a" * 24},
        {"data": "x" * 65, "once": "a" * 24},
        {"data": "ro:", "once": "short"},
        {"data": "ro:", "once": "a" * 41},
        {"data": "ro:", "once": "a" * 24, "tab": "16"},
        {"data": "ro:", "once": "a" * 24, "tab": "-1"},
        {"data": "ro:", "once": "a" * 24, "tab": "١"},
    ],
)
def test_what_no_page_of_ours_sends_is_refused(desk: AtTheDesk, body: dict[str, str]) -> None:
    with desk.client(desk.clinic.coordinator()) as client:
        assert client.post("/desk/pane", data=body).status_code == 400


def test_whoever_has_left_is_out_at_the_next_click(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    boss, leaver = clinic.coordinator(), clinic.coordinator()
    with desk.client(leaver) as client:
        assert client.get("/desk/roster").status_code == 200
        boss.says("/staff")
        boss.presses("no. 2")
        boss.presses("Remove")
        boss.presses("Yes")
        assert client.get("/desk/roster").headers["location"] == "/desk/"
