"""A patient's page: the published case as clinicians and coordinators see it, and what each of them may."""

import asyncio
import contextlib
import re
import signal
from collections.abc import Iterator
from datetime import date, timedelta

import httpx
import pytest
from playwright.sync_api import ViewportSize, expect
from sqlmodel import Session, select

from bot.local import seed
from bot.measuring.measurement_commands import SHOWN
from storage.database import Database
from storage.models import Course, Patient, PatientStatus
from tests.bot.desk.accessibility import faults, looks
from tests.bot.desk.at_the_desk import SCREEN, SMALL, AtTheDesk, presses, types, words
from tests.bot.windows import Windows
from tests.journeys.test_leaving import stopped
from tests.someone import Someone
from tests.support import Clinic
from tests.whole import is_whole

PATH = f"/desk/patients/{seed.CASE_PSEUDONYM}"
SIX_OF_SEVEN = ".chart-table tbody tr:not(:nth-child(7n))"
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def desk(planted_database: Database) -> Iterator[AtTheDesk]:
    """A clinic that treats the published case, on the day after which its last course is still to come."""
    with Clinic(planted_database, start=seed.START, next_account=2000) as clinic, AtTheDesk(clinic) as desk:
        yield desk


@contextlib.contextmanager
def reading(desk: AtTheDesk, member: Someone) -> Iterator[httpx.Client]:
    """Who waits for what the worker process makes, however busy the machine is."""
    with desk.client(member) as client:
        client.timeout = httpx.Timeout(60)
        yield client


def the_patient(clinic: Clinic) -> Patient:
    return next(each for each in clinic.rows(Patient) if each.pseudonym == seed.CASE_PSEUDONYM)


def measured(client: httpx.Client, clinic: Clinic) -> None:
    shown = presses(client, f"me:ck:{the_patient(clinic).id}")
    for typed in ("12 Aug", "1250"):
        shown = types(client, typed, shown)
    types(client, "195", presses(client, "f:ck:sure:yes"))
    presses(client, "f:ck:+:+")


def test_a_clinician_reads_what_the_chat_says_of_the_case(desk: AtTheDesk) -> None:
    with reading(desk, desk.clinic.clinician()) as client:
        page, found = client.get(PATH), client.get(f"{PATH}/findings")
    assert page.status_code == 200
    assert "chart.json" in page.text
    assert "Pain: does not return" in words(found.text)
    assert "Earlier, Regimen 1: returns" in words(found.text)
    assert "Regimens side by side" in words(found.text)
    below, _, all_findings = words(found.text).partition("All findings")
    assert "it is no proof of a cause and no treatment advice." in below
    assert "Does not return: less than 1 point, the interval neither above 0 nor up to 1.5." in all_findings


def test_nobody_waits_for_what_the_bot_draws_for_others(desk: AtTheDesk) -> None:
    """On Monday at eight the summaries of two hundred patients are drawn."""
    drawing = desk.clinic.bot.running.renderer

    async def begins() -> asyncio.Task[int]:
        return asyncio.create_task(drawing.run(signal.sigwait, {signal.SIGUSR1}))

    under_way = desk.clinic.bot.do(begins())
    with reading(desk, desk.clinic.clinician()) as client:
        assert "Pain: does not return" in words(client.get(f"{PATH}/findings").text)
    assert not under_way.done()


def test_the_chart_is_sent_once_until_something_changes(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    with reading(desk, clinic.clinician()) as client:
        first = client.get(f"{PATH}/chart.json")
        assert first.json()["pseudonym"] == seed.CASE_PSEUDONYM
        known = {"If-None-Match": first.headers["ETag"]}
        assert client.get(f"{PATH}/chart.json", headers=known).status_code == 304
        measured(client, clinic)
        anew = client.get(f"{PATH}/chart.json", headers=known)
    assert anew.status_code == 200
    assert anew.headers["ETag"] != first.headers["ETag"]
    assert any("1,250" in line for _, _, line in anew.json()["measured"])


def test_the_page_is_there_for_print(desk: AtTheDesk) -> None:
    with reading(desk, desk.clinic.clinician()) as client:
        drawn = client.get(f"{PATH}/page.pdf")
    assert drawn.content.startswith(b"%PDF")
    assert drawn.headers["Content-Disposition"] == 'attachment; filename="P-7KQ4_1999-08-12.pdf"'


def test_coordinators_see_no_answers_and_clinicians_change_no_schedule(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    with desk.client(clinic.coordinator()) as client:
        page = client.get(PATH).text
        for part in ("chart.json", "findings", "page.pdf"):
            assert client.get(f"{PATH}/{part}").status_code == 403
    assert "o:plan_course:" in page
    assert "chart.json" not in page
    assert "does not return" not in page
    with desk.client(clinic.clinician()) as client:
        page = client.get(PATH).text
    assert "o:" not in "".join(part.split('"')[0] for part in page.split('data-pane="')[1:])
    assert "me:ck:" in page
    assert "What was changed" not in page


def test_nobody_else_sees_anything(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    clinic.another_team("Elsewhere")
    with desk.client(clinic.clinician("Elsewhere")) as client:
        for part in ("", "/chart.json", "/findings", "/page.pdf"):
            answer = client.get(f"{PATH}{part}")
            assert answer.status_code == 404
            assert "Regimen" not in answer.text
    with desk.client(None) as client:
        for part in ("", "/chart.json", "/findings", "/page.pdf"):
            assert client.get(f"{PATH}{part}").headers["location"] == "/desk/"


@pytest.mark.parametrize("code", ["P-0000", "x", "%00", "P-7KQ4'--", "%F0%9F%92%89"])
def test_a_code_of_nobody_leads_back(desk: AtTheDesk, code: str) -> None:
    with desk.client(desk.clinic.coordinator()) as client:
        answer = client.get(f"/desk/patients/{code}")
    assert answer.status_code == 404
    assert "There is no such patient on your team." in words(answer.text)


def test_an_erased_patient_is_nobody(desk: AtTheDesk) -> None:
    clinic = desk.clinic

    def erase(session: Session) -> None:
        session.exec(
            select(Patient).where(Patient.pseudonym == seed.CASE_PSEUDONYM)
        ).one().status = PatientStatus.ERASED

    clinic.write(erase)
    with desk.client(clinic.clinician()) as client:
        assert {client.get(f"{PATH}{part}").status_code for part in ("", "/chart.json", "/findings", "/page.pdf")} == {
            404
        }


def test_a_course_is_moved_from_the_page_and_its_history_says_so(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    course = next(each for each in clinic.rows(Course) if each.planned_start == date(1999, 8, 16))
    with desk.client(clinic.coordinator()) as client:
        page = client.get(PATH).text
        assert f'data-pane="o:move_course:{course.id}"' in page
        presses(client, f"o:move_course:{course.id}", "f:move_course:start:1999-08-18", "f:move_course:later:only")
        presses(client, "f:move_course:+:+")
        page = words(client.get(PATH).text)
    assert "16 Wed 18 Aug 1999" in page
    assert "moved" in page


def test_a_course_that_never_was_is_no_earlier_course(desk: AtTheDesk) -> None:
    coming = next(each for each in desk.clinic.rows(Course) if each.planned_start == date(1999, 8, 16))
    with desk.client(desk.clinic.coordinator()) as client:
        assert "<summary>15 earlier courses</summary>" in client.get(PATH).text
        presses(client, f"o:cancel_course:{coming.id}", "f:cancel_course:because:clinic", "f:cancel_course:+:+")
        page = client.get(PATH).text
    assert "<summary>15 earlier courses, 1 cancelled</summary>" in page
    assert "cancelled: for the clinic's sake" in words(page).replace("&#39;", "'")


def test_of_a_patient_who_has_stopped_nothing_is_changed_but_courses_to_come(desk: AtTheDesk) -> None:
    clinic = desk.clinic

    def withdraw(session: Session) -> None:
        session.exec(
            select(Patient).where(Patient.pseudonym == seed.CASE_PSEUDONYM)
        ).one().status = PatientStatus.WITHDRAWN

    clinic.write(withdraw)
    case = next(each for each in clinic.rows(Patient) if each.pseudonym == seed.CASE_PSEUDONYM)
    planned = [each for each in clinic.rows(Course) if each.patient_id == case.id and each.status == "planned"]
    to_come = {each.id for each in planned if each.planned_start > clinic.clock.now().date()}
    assert to_come
    with desk.client(clinic.coordinator()) as client, desk.client(clinic.clinician()) as doctor:
        page, read = client.get(PATH).text, doctor.get(PATH).text
    assert "o:plan_course" not in page
    assert "o:prompt_time" not in page
    assert "me:ck" not in page
    for form in ("o:move_course:", "o:cancel_course:"):
        assert {int(each) for each in re.findall(f'data-pane="{form}([0-9]+)"', page)} == to_come
        assert form not in read
    for shown in (page, read):
        assert "has stopped the diary: nothing is sent to the patient, neither reminders nor changes." in words(shown)


def test_a_course_of_who_has_stopped_is_moved_at_the_desk_and_they_hear_nothing(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, chris = clinic.patient(), clinic.coordinator()
    day = clinic.clock.now().date() + timedelta(days=14)
    course = clinic.planned(anna, day.isoformat(), days=1)
    stopped(anna)
    heard, new = len(anna.messages), (day + timedelta(days=2)).isoformat()
    with desk.client(chris) as client:
        shown = presses(client, f"o:move_course:{course.id}", f"f:move_course:start:{new}")
        assert "is told nothing by me: please tell them yourself. No reminder will be sent." in words(shown)
        presses(client, "f:move_course:+:+")
    clinic.calm()
    assert anna.starts == [new]
    assert len(anna.messages) == heard


def test_what_was_given_before_a_patient_stopped_is_noted_at_the_desk_as_in_the_chat(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, chris = clinic.patient(), clinic.coordinator()
    today = clinic.clock.now().date()
    course = clinic.planned(anna, today.isoformat(), days=1)
    clinic.planned(anna, (today + timedelta(days=7)).isoformat(), days=1)
    stopped(anna)
    clinic.becomes(clinic.clock.now() + timedelta(days=10))
    with desk.client(chris) as client, desk.client(clinic.clinician()) as doctor:
        page = client.get(f"/desk/patients/{anna.code}").text
        assert f"o:give_course:{course.id}" in page
        assert f"o:move_course:{course.id}" not in page
        assert f"o:cancel_course:{course.id}" not in page
        assert page.count("not confirmed") == 1, "what was planned for later is confirmed by nobody"
        assert "o:give_course" not in doctor.get(f"/desk/patients/{anna.code}").text
        presses(client, f"o:give_course:{course.id}", "f:give_course:start:as planned", "f:give_course:+:+")
        assert f"o:reopen_course:{course.id}" in client.get(f"/desk/patients/{anna.code}").text


def test_the_measurements_are_those_of_the_chats_list_in_its_order(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, chris = clinic.patient(), clinic.clinician()
    for day in ("12 Aug", "3 Aug", "10 Aug", "1 Aug", "5 Aug", "7 Aug", "8 Aug"):
        chris.says(f"/weight {anna.code} 82 {day}")
        chris.presses("Yes, do it")
    chris.says(f"/measurements {anna.code}")
    listed = [line.partition(". ")[2] for line in chris.sees.splitlines() if ". " in line]
    assert len(listed) == SHOWN
    with desk.client(chris) as client:
        page = client.get(f"/desk/patients/{anna.code}").text
    shown = page.split("<h2>Measurements and doses</h2>")[1].split("<ul>")[1].split("</ul>")[0]
    assert [words(line) for line in shown.split("</li>")[:-1]] == listed


# --- in a browser --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [SCREEN, SMALL], ids=["large", "small"])
def test_a_clinician_s_page_stands_whole_at_every_size(desk: AtTheDesk, browser: Windows, size: ViewportSize) -> None:
    with desk.page(browser, desk.clinic.clinician(), PATH, size) as page:
        expect(page.locator(".verdict")).to_have_text("Pain: does not return")
        expect(page.locator(".chart-plot canvas")).to_have_count(4)
        expect(page.locator(".chart-readout").first).to_contain_text("Thu 12 Aug 1999")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_the_verdict_and_the_latest_courses_are_seen_without_scrolling(desk: AtTheDesk, browser: Windows) -> None:
    with desk.page(browser, desk.clinic.clinician(), PATH) as page:
        expect(page.locator(".verdict")).to_have_text("Pain: does not return")
        expect(page.locator(".chart-plot canvas")).to_have_count(4)
        expect(page.locator(".verdict")).to_be_in_viewport(ratio=1)
        expect(page.locator(".chart-plot").first).to_be_in_viewport(ratio=0.75)


def test_what_a_colleague_enters_appears_without_a_reload_and_what_one_looks_at_stays(
    desk: AtTheDesk, browser: Windows
) -> None:
    clinic = desk.clinic
    with desk.page(browser, clinic.clinician(), PATH) as page:
        expect(page.locator(".verdict")).to_be_visible()
        page.get_by_role("combobox", name="Symptom").select_option("Weakness")
        days = page.get_by_role("slider", name="Weakness, day by day")
        for key in ("+", "+", "PageUp", "PageUp"):
            days.press(key)
        page.get_by_role("slider", name="by days to the course").press("PageUp")
        seen = page.locator(".chart-span").inner_text()
        days.focus()
        with reading(desk, clinic.clinician()) as client:
            measured(client, clinic)
        expect(page.locator("#patient-rest")).to_contain_text("1,250")
        expect(page.locator(".chart-of-course")).to_contain_text("Before course 15")
        expect(page.get_by_role("slider", name="Weakness, day by day")).to_be_focused()
        expect(page.locator(".chart-span")).to_have_text(seen)
        expect(page.locator(".chart-plot canvas")).to_have_count(4)
        page.get_by_role("slider", name="day by day").press("End")
        expect(page.locator(".chart-readout").first).to_contain_text("CK 1,250 U/l")


def test_a_course_is_moved_by_keyboard_and_the_table_follows(desk: AtTheDesk, browser: Windows) -> None:
    with desk.page(browser, desk.clinic.coordinator(), PATH) as page:
        page.get_by_role("button", name="Move: Mon 16 Aug 1999").press("Enter")
        line = page.locator("#pane-line")
        line.fill("18 Aug")
        line.press("Enter")
        page.locator("#pane").get_by_role("button", name="Only this course").press("Enter")
        page.locator("#pane").get_by_role("button", name="Yes", exact=False).press("Enter")
        expect(page.locator("#patient-rest")).to_contain_text("Wed 18 Aug 1999")
        page.keyboard.press("Escape")
        expect(page.locator("#pane")).not_to_be_visible()


def test_earlier_courses_that_were_opened_stay_open(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    with desk.page(browser, clinic.coordinator(), PATH) as page:
        page.get_by_text("15 earlier courses").click()
        with reading(desk, clinic.clinician()) as client:
            measured(client, clinic)
        expect(page.locator("#patient-rest")).to_contain_text("1,250")
        expect(page.locator("#past-courses")).to_have_attribute("open", "")


def test_earlier_courses_that_were_closed_again_stay_closed(desk: AtTheDesk, browser: Windows) -> None:
    """Whatever was fetched while they were open."""
    with desk.page(browser, desk.clinic.coordinator(), PATH) as page:
        earlier = page.get_by_text("15 earlier courses")
        earlier.click()
        for _ in range(2):
            with page.expect_response(lambda answer: answer.url.endswith(PATH)):
                page.evaluate("document.body.dispatchEvent(new CustomEvent('desk-changed'))")
        earlier.click()
        page.get_by_role("button", name="Move: Mon 16 Aug 1999").click()
        expect(page.locator("#pane")).to_be_visible()
        expect(page.locator("#past-courses")).not_to_have_attribute("open", "")


def test_a_theme_of_telegram_s_reaches_the_chart(desk: AtTheDesk, browser: Windows) -> None:
    theme = "%7B%22bg_color%22%3A%22%23101820%22%2C%22text_color%22%3A%22%23f0f0f0%22%7D"
    with desk.page(browser, desk.clinic.clinician(), f"{PATH}#tgWebAppThemeParams={theme}") as page:
        expect(page.locator(".chart-plot canvas")).to_have_count(4)
        expect(page.locator(".chart")).to_have_css("background-color", "rgb(16, 24, 32)")
        expect(page.locator(".chart")).to_have_css("color", "rgb(240, 240, 240)")


def test_axe_finds_nothing_with_everything_open(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    with desk.page(browser, clinic.clinician(), PATH) as page:
        expect(page.locator(".chart-plot canvas")).to_have_count(4)
        expect(page.locator(".verdict")).to_be_visible()
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        expect(page.locator(".chart-table tbody tr").first).to_be_visible()
        assert faults(page) == []
        if not is_whole():
            # A row for each of 460 days, and axe takes long over each: of the other looks each seventh is enough.
            page.evaluate(f"document.querySelectorAll('{SIX_OF_SEVEN}').forEach((row) => row.remove())")
        assert {look: wrong for look in looks(page) if (wrong := faults(page))} == {}


def test_axe_finds_nothing_on_what_a_coordinator_sees(desk: AtTheDesk, browser: Windows) -> None:
    with desk.page(browser, desk.clinic.coordinator(), PATH) as page:
        assert {look: wrong for look in looks(page) if (wrong := faults(page))} == {}


def test_a_fault_in_what_is_computed_is_no_patient_who_is_gone(
    desk: AtTheDesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(*_: object) -> None:
        raise KeyError("a regimen without a name")

    monkeypatch.setattr("bot.drawing.rendering.Renderer.run", fails)
    with desk.client(desk.clinic.clinician()) as client:
        assert client.get(f"{PATH}/findings").status_code == 500
    assert "A page of the desk could not be made" in caplog.text
