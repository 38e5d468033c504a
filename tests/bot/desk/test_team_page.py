"""The team's page: what is set, what people read, what rules would have told; changed by the chat's own forms."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from bot.desk.previews import KINDS
from bot.desk.team_page import CHANGED_BY, SCHEDULE
from bot.team import team_schedule_forms
from storage.models import AlertRule, AuditEntry, Staff, Team
from tests.bot.desk.accessibility import faults
from tests.bot.desk.at_the_desk import SMALL, AtTheDesk, presses, types, words
from tests.jobs.test_team_schedule import counted
from tests.journeys.test_alerts import evening, ruled
from tests.support import Clinic, Someone

if TYPE_CHECKING:
    from tests.bot.windows import Windows


@pytest.fixture
def desk(clinic: Clinic) -> Iterator[AtTheDesk]:
    with AtTheDesk(clinic) as desk:
        yield desk


def page_of(desk: AtTheDesk, member: Someone, path: str = "/desk/team") -> str:
    with desk.client(member) as client:
        answer = client.get(path)
        assert answer.status_code == 200
        return answer.text


def test_every_form_about_the_schedule_has_its_line_and_every_message_its_place() -> None:
    known = {procedure.form.name for procedure in team_schedule_forms.PROCEDURES}
    assert {f"team_{name}" for name in SCHEDULE} == known
    assert set(CHANGED_BY) == set(KINDS)


def test_what_the_team_has_set_is_read_by_both_and_changed_by_coordinators(desk: AtTheDesk) -> None:
    coordinator, clinician = desk.clinic.coordinator(), desk.clinic.clinician()
    for member in (coordinator, clinician):
        said = words(page_of(desk, member))
        assert "Check-in time offered to new patients 18:00" in said
        assert "Days of the reminders 7 days before, the day before and that morning" in said
        assert "no. 1" in said
    assert 'data-pane="te:team_prompt_time"' in page_of(desk, coordinator)
    shown = page_of(desk, clinician)
    assert 'data-pane="te:' not in shown
    assert 'data-pane="sf:invite' not in shown
    assert 'data-pane="al:add"' in shown
    assert 'data-pane="qu:add"' in shown


def test_a_time_is_changed_in_the_pane_and_undone(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    coordinator = clinic.coordinator()
    with desk.client(coordinator) as client:
        assert "Now: 3 days" in words(presses(client, "te:team_silence"))
        preview = presses(client, "f:team_silence:limit:5")
        assert "5 days" in words(preview)
        done = presses(client, "f:team_silence:+:+")
        assert clinic.rows(Team)[0].silent_after == 5
        assert "counts as silent 5 days" in words(client.get("/desk/team").text)
        undo = done.split('value="un:')[1].split('"')[0]
        presses(client, f"un:{undo}")
    assert clinic.rows(Team)[0].silent_after == 3


def test_instructions_are_written_beside_the_reminder_that_bears_them_in_its_language(desk: AtTheDesk) -> None:
    coordinator = desk.clinic.coordinator()
    with desk.client(coordinator) as client:
        before = client.get("/desk/team?language=fr").text
        assert 'data-pane="te:instructions f:instructions:of:fr"' in before
        assert "Votre perfusion a lieu" in words(before)
        asked = presses(client, "te:instructions", "f:instructions:of:fr")
        types(client, "Buvez <beaucoup> & marchez.", asked)
        presses(client, "f:instructions:+:+")
        after = client.get("/desk/team?language=fr").text
        assert "Buvez &lt;beaucoup&gt; &amp; marchez." in after
        assert 'lang="fr"' in after


@pytest.mark.parametrize("language", ["", "xx", "../en", "fr" * 2000])
def test_a_language_that_nobody_speaks_is_the_readers_own(desk: AtTheDesk, language: str) -> None:
    with desk.client(desk.clinic.coordinator()) as client:
        answer = client.get("/desk/team", params={"language": language})
        assert answer.status_code == 200
        assert "How strong was your pain today?" in words(answer.text)


def test_a_rule_says_what_it_would_have_told_and_of_whom(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    clinician, anna, ben = clinic.clinician(), clinic.patient(), clinic.patient()
    for day, pains in enumerate(("99", "91", "19", "91"), 2):
        evening(clinic, anna, day, f"{pains[0]} 2 2 4")
        ben.says(f"{pains[1]} 2 2 4")
    ruled(clinic, 9)
    assert "Pain 9 or more" in words(page_of(desk, clinician))
    said = page_of(desk, clinician, "/desk/team/lookback/1")
    assert "In the last 90 days it would have told the team 4 times (2 of 2 patients)." in words(said)
    for patient in (anna, ben):
        assert f"{patient.code} (2)" in words(said)
    assert "Alerts by week, the oldest first: 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4" in said


def test_of_whom_is_for_those_alone_who_hear_of_alerts(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    coordinator, clinician, anna = clinic.coordinator(), clinic.clinician(), clinic.patient()
    evening(clinic, anna, 2, "9 2 2 4")
    ruled(clinic, 9)
    often = "it would have told the team 1 time (1 of 1 patients)"
    for_coordinators = words(page_of(desk, coordinator, "/desk/team/lookback/1"))
    assert often in for_coordinators
    assert "About:" not in for_coordinators
    assert anna.code not in for_coordinators
    clinician.says("/alerts")
    clinician.presses("Tell coordinators")
    clinician.presses("Yes, do it")
    for member in (coordinator, clinician):
        said = words(page_of(desk, member, "/desk/team/lookback/1"))
        assert often in said
        assert f"About: {anna.code} (1)" in said


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "9" * 30, "²", "1%0A"])
def test_a_rule_that_is_none_of_the_teams_says_nothing(desk: AtTheDesk, number: str) -> None:
    clinic = desk.clinic
    ruled(clinic)
    clinic.another_team("Elsewhere")
    stranger, own = clinic.clinician("Elsewhere"), clinic.clinician()
    for member, path in ((stranger, "1"), (own, number)):
        with desk.client(member) as client:
            answer = client.get(f"/desk/team/lookback/{path}")
            assert (answer.status_code, answer.text) == (204, "")


def test_a_rule_is_removed_in_the_pane_by_a_clinician_too(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    ruled(clinic)
    with desk.client(clinic.clinician()) as client:
        assert "This rule ends" in words(presses(client, "al:end:1"))
        presses(client, "f:alert_end:+:+")
        assert "There is no rule" in words(client.get("/desk/team").text)
    assert clinic.rows(AlertRule)[0].ended_at is not None
    (entry,) = [entry for entry in clinic.rows(AuditEntry) if entry.action == "alert_rule_ended"]
    assert entry.actor == "staff:1"


def test_a_link_into_the_team_is_made_listed_and_withdrawn(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    coordinator = clinic.coordinator()
    with desk.client(coordinator) as client:
        made = presses(client, "sf:invite:clinician")
        assert "https://t.me/" in made
        assert "data:image/png;base64," in made
        listed = client.get("/desk/team").text
        assert "1. clinician, until" in words(listed)
        number = listed.split('data-pane="sf:link:')[1].split('"')[0]
        presses(client, f"sf:link:{number}")
        assert 'data-pane="sf:link:' not in client.get("/desk/team").text
    assert "sf:link" not in page_of(desk, clinic.clinician())


def test_another_teams_settings_are_not_shown(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    ruled(clinic)
    clinic.coordinator()
    clinic.another_team("Elsewhere")
    shown = words(page_of(desk, clinic.coordinator("Elsewhere")))
    assert "Elsewhere" in shown
    assert "There is no rule" in shown
    assert "no. 2" not in shown


@pytest.mark.browser
def test_in_a_browser_texts_times_and_rules_are_set_without_a_reload(browser: Windows, desk: AtTheDesk) -> None:
    from playwright.sync_api import expect

    clinic = desk.clinic
    coordinator, anna = clinic.coordinator(), clinic.patient()
    evening(clinic, anna, 2, "9 2 2 4")
    ruled(clinic, 9)
    with desk.page(browser, coordinator, "/desk/team") as page:
        lookback = page.locator("#lookback-1")
        expect(lookback).to_contain_text("told the team 1 time (1 of 1 patients)")
        expect(lookback.get_by_role("img")).to_be_visible()
        page.get_by_role("link", name="Deutsch").click()
        reminder = page.get_by_role("article", name="The first reminder")
        expect(reminder).to_contain_text("Ihre Infusion ist in 7 Tagen")
        reminder.get_by_role("button", name="Text with reminders").click()
        page.locator("#pane-line").fill("Bitte viel trinken.")
        page.get_by_role("button", name="Send").click()
        page.get_by_role("button", name="Yes, do it").click()
        expect(page.locator("#pane")).to_contain_text("Undo")
        page.keyboard.press("Escape")
        expect(reminder).to_contain_text("Bitte viel trinken.")
        expect(page.locator("#c-reminder-1")).to_be_focused()
        # What was counted stays, and what is new is counted.
        expect(lookback).to_contain_text("told the team 1 time")
        page.get_by_role("button", name="Add a rule").click()
        pane = page.locator("#pane")
        for button, then in (
            ("Pain", "what shall it look for"),
            ("A value", "from which value on"),
            ("8", "answered days in a row"),
            ("1", "New rule"),
            ("Yes, do it", "The rule holds"),
        ):
            pane.get_by_role("button", name=button, exact=button != "A value").click()
            expect(pane).to_contain_text(then)
        page.keyboard.press("Escape")
        expect(page.locator("#lookback-2")).to_contain_text("told the team 1 time")
    assert clinic.rows(Team)[0].instructions == {"de": "Bitte viel trinken."}


@pytest.mark.browser
def test_on_a_small_screen_nothing_is_cut_off_and_axe_finds_nothing(browser: Windows, desk: AtTheDesk) -> None:
    from playwright.sync_api import expect

    clinic = desk.clinic
    evening(clinic, clinic.patient(), 2, "9 2 2 4")
    ruled(clinic, 9)
    with desk.page(browser, clinic.coordinator(), "/desk/team?language=de", SMALL) as page:
        expect(page.locator("#lookback-1").get_by_role("img")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
        assert faults(page) == []
        page.emulate_media(color_scheme="dark")
        assert faults(page) == []


def test_however_many_are_on_the_team_it_asks_as_often_and_stays_light(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    coordinator = clinic.coordinator()
    asked = []
    with desk.client(coordinator) as client:
        for more in (1, 9):
            for _ in range(more):
                clinic.patient()
                clinic.clinician()
            client.get("/desk/team")
            with counted(clinic.database) as statements:
                page = client.get("/desk/team")
            asked.append(len(statements))
    assert asked[0] == asked[1]
    assert len(page.content) < 40 * 1024


def test_what_people_typed_is_shown_as_they_typed_it(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    coordinator = clinic.coordinator()
    labelled = "<i>\"ward & 7'"
    clinic.write(lambda session: setattr(session.get_one(Staff, 1), "label", labelled))
    shown = page_of(desk, coordinator)
    assert "<i>" not in shown
    assert f"{labelled} (no. 1)" in html.unescape(words(shown))
