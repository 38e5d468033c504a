"""The roster as a table: found as one types, sorted, narrowed; and it says what the chat's says."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from sqlmodel import Session, select

from bot.desk import roster_page
from jobs import admission
from storage import audit, teams
from storage.models import Patient
from tests.bot.desk.at_the_desk import SMALL, AtTheDesk, words
from tests.bot.desk.test_pane import pain_of_eight
from tests.bot.windows import Windows
from tests.support import TEAM, Clinic


@pytest.fixture
def desk(clinic: Clinic) -> Iterator[AtTheDesk]:
    with AtTheDesk(clinic) as desk:
        yield desk


def invited(clinic: Clinic, many: int, label: str = "") -> list[str]:
    """So many patients who have not joined yet; their codes."""

    def invite(session: Session) -> list[str | None]:
        team = teams.team_named(session, TEAM)
        assert team is not None
        codes = [
            admission.invite_patient(session, audit.OPERATOR, team, clinic.clock.now()).pseudonym for _ in range(many)
        ]
        session.flush()
        for patient in session.exec(select(Patient)):
            patient.label = label or None
        return codes

    return [str(code) for code in clinic.write(invite)]


def test_everyone_who_needs_a_look_comes_first_with_the_reason(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna, ben, coordinator = clinic.patient(), clinic.patient(), clinic.coordinator()
    clinic.planned(anna, "2026-03-12")
    with desk.client(coordinator) as client:
        look, everyone = client.get("/desk/roster").text, client.get("/desk/roster?group=all").text
    assert ben.code in look
    assert anna.code not in look
    assert "no course planned" in words(look)
    assert anna.code in everyone
    assert "Thu 12 Mar 2026" in words(everyone)


def codes_in(page: str) -> list[str]:
    return re.findall(r'<a id="r-(P-\w{4})"', page)


def test_it_is_sorted_both_ways(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    early, late, coordinator = clinic.patient(), clinic.patient(), clinic.coordinator()
    clinic.planned(early, "2026-03-12")
    clinic.planned(late, "2026-03-20")
    with desk.client(coordinator) as client:
        for sort in ("next", "answered", "prompt", "last", "who", "look"):
            up = client.get(f"/desk/roster?group=all&sort={sort}").text
            down = client.get(f"/desk/roster?group=all&sort=-{sort}").text
            assert 'aria-sort="ascending"' in up
            assert 'aria-sort="descending"' in down
            assert codes_in(up) == list(reversed(codes_in(down))), sort
        by_next = client.get("/desk/roster?group=all&sort=next").text
    assert codes_in(by_next) == [early.code, late.code]


def test_by_answers_and_by_the_next_question_everyone_stands_where_their_own_line_says(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    evening, noon, never = clinic.patient("18:00"), clinic.patient("12:00"), clinic.patient("15:00")
    for day in (2, 3, 4):
        for person, hour in ((noon, "12"), (never, "15"), (evening, "18")):
            clinic.becomes(clinic.local(f"2026-03-0{day} {hour}:00"))
            if person is evening or (person is noon and day == 3):
                person.says("7 2 2 2")
    never.says("/pause")
    never.presses("Again from Wed 11 Mar 2026")
    clinic.becomes(clinic.local("2026-03-05 09:00"))
    with desk.client(clinic.coordinator()) as client:
        by_answers = client.get("/desk/roster?group=all&sort=answered").text
        by_prompt = client.get("/desk/roster?group=all&sort=prompt").text
    assert codes_in(by_answers) == [never.code, noon.code, evening.code]
    assert re.findall(r"\d of \d", words(by_answers)) == ["0 of 3", "1 of 3", "3 of 3"]
    assert codes_in(by_prompt) == [noon.code, evening.code, never.code]


def test_a_label_is_for_coordinators_alone(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    (code,) = invited(clinic, 1, label="bed 12")
    with desk.client(clinic.coordinator()) as boss, desk.client(clinic.clinician()) as doctor:
        shown = boss.get("/desk/roster?group=all").text
        assert "bed 12" in shown
        assert "Search by code or label" in words(shown)
        seen = doctor.get("/desk/roster?group=all").text
        assert code in seen
        assert "bed 12" not in seen
        assert "Search by code" in words(seen)
        assert "code or label" not in words(seen)
        # Nor can it be found out by searching for it.
        assert code not in doctor.get("/desk/roster?group=all&q=bed").text
        assert code in boss.get("/desk/roster?group=all&q=bed").text


def test_what_was_answered_is_for_clinicians_and_whether_it_was_for_all(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("9 2 2 2")
    with desk.client(clinic.coordinator()) as boss, desk.client(clinic.clinician()) as doctor:
        seen, read = boss.get("/desk/roster?group=all").text, doctor.get("/desk/roster?group=all").text
    assert "1 answer in 8 weeks" in seen
    assert "Do symptoms return?" not in seen
    assert "9 to 9, latest 9" in read
    assert "Do symptoms return?" in read
    strip = seen.split('class="spark"')[1].split("</svg>")[0]
    assert strip != read.split('class="spark"')[1].split("</svg>")[0]


def test_nobody_of_another_team_is_ever_found(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    anna = clinic.patient()
    clinic.another_team("Elsewhere")
    with desk.client(clinic.coordinator("Elsewhere")) as client:
        for path in ("/desk/roster?group=all", f"/desk/roster?q={anna.code}", "/desk/calendar"):
            assert f'href="/desk/patients/{anna.code}"' not in client.get(path).text


def test_that_enter_was_pressed_does_not_stay_in_the_address(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    code, _ = invited(clinic, 2, label="bed 12")
    with desk.client(clinic.coordinator()) as client:
        several = client.get("/desk/roster?q=bed&sort=-who&go=1")
        nobody = client.get("/desk/roster?q=chair&go=1")
        one = client.get(f"/desk/roster?q={code}&go=1")
    assert [answer.status_code for answer in (several, nobody, one)] == [303] * 3
    assert several.headers["location"] == "/desk/roster?group=all&q=bed&sort=-who"
    assert nobody.headers["location"] == "/desk/roster?group=all&q=chair&sort=look"
    assert one.headers["location"] == f"/desk/patients/{code}"


@pytest.mark.browser
def test_two_hundred_are_found_as_one_types(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    codes = invited(clinic, 205)
    with desk.page(browser, clinic.coordinator(), "/desk/roster?group=all") as page:
        expect(page.get_by_role("status").first).to_contain_text("205")
        box = page.get_by_role("searchbox")
        box.press_sequentially(codes[7][2:])
        expect(page.get_by_role("status").first).to_contain_text("1 row")
        expect(page.get_by_role("link", name=codes[7])).to_be_visible()
        expect(box).to_be_focused()
        expect(page).to_have_url(re.compile(f"q={codes[7][2:]}"))
        box.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text(codes[7])
        page.go_back()
        expect(page.get_by_role("link", name=codes[7])).to_be_visible()
        page.get_by_role("searchbox").fill("P-")
        page.get_by_role("searchbox").press("Enter")
        expect(page).to_have_url(f"{desk.url}/desk/roster?group=all&q=P-&sort=look")
        expect(page.get_by_role("heading", level=1)).to_have_text("Patients")
        box.fill("")
        # As many were found before: until this stands in its address, the rows are still those.
        expect(page.get_by_role("link", name="105 more")).to_have_attribute("href", re.compile("group=look"))
        for more in ("105 more", "5 more"):
            link = page.get_by_role("link", name=more, exact=True)
            expect(link).to_be_attached()
            # In one go: in sight it fetches what replaces it, and may be gone before Playwright finds it at rest.
            link.evaluate("(link) => link.scrollIntoView()")
        expect(page.locator("tbody th")).to_have_count(205)


@pytest.mark.browser
def test_far_down_a_change_appears_too_and_one_stays_where_one_is(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    last = sorted(invited(clinic, 205))[-1]
    coordinator = clinic.coordinator()
    with desk.page(browser, coordinator, "/desk/roster?group=all&sort=who") as page:
        page.get_by_role("link", name="105 more").scroll_into_view_if_needed()
        page.get_by_role("link", name="5 more", exact=True).scroll_into_view_if_needed()
        expect(page.locator("tbody th")).to_have_count(205)
        row = page.get_by_role("row").filter(has_text=last)
        row.scroll_into_view_if_needed()
        coordinator.says(f"/patient {last}")
        coordinator.presses("Label")
        coordinator.says("bed 12")
        expect(row).to_contain_text("bed 12")
        expect(row).to_be_in_viewport()
        expect(page.locator("tbody th")).to_have_count(205)


def test_as_many_rows_as_one_had_come_to_are_fetched_together_and_no_more_than_some(
    desk: AtTheDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = desk.clinic
    invited(clinic, 205)
    with desk.client(clinic.coordinator()) as client:
        for asked, rows, more in (
            ("pages=2", 200, ["2"]),
            ("pages=3", 205, []),
            ("pages=0", 100, ["1"]),
            ("pages=99999", 100, ["1"]),
            ("pages=%C2%B2", 100, ["1"]),
            ("pages=-1", 100, ["1"]),
            ("page=1&pages=1", 100, ["2"]),
        ):
            shown = client.get(f"/desk/roster?group=all&{asked}").text
            assert shown.count('scope="row"') == rows, asked
            assert re.findall(r'page=(\d+)" hx-trigger="revealed"', shown) == more, asked
        monkeypatch.setattr(roster_page, "MOST_PAGES", 2)
        assert client.get("/desk/roster?group=all&pages=3").text.count('scope="row"') == 200


@pytest.mark.browser
def test_an_answer_appears_without_a_reload(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    with desk.page(browser, coordinator, "/desk/roster?group=all", SMALL) as page:
        expect(page.get_by_role("row").filter(has_text=anna.code)).not_to_contain_text("2 Mar 2026")
        anna.presses("7")
        expect(page.get_by_role("row").filter(has_text=anna.code)).to_contain_text("Mon 2 Mar 2026")


@pytest.mark.browser
def test_an_alert_appears_once_it_can_be_read(desk: AtTheDesk, browser: Windows) -> None:
    """Nobody writes anything when its three minutes are over."""
    clinic = desk.clinic
    anna, clinician = clinic.patient(), clinic.clinician()
    clinic.planned(anna, "2026-04-20")
    clinic.write(pain_of_eight)
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    with desk.page(browser, clinician, "/desk/roster?group=all") as page:
        anna.says("9 2 2 2")
        row = page.get_by_role("row").filter(has_text=anna.code)
        expect(row).to_contain_text("Mon 2 Mar 2026")
        expect(row).not_to_contain_text("alert not seen")
        clinic.passes(minutes=4)
        expect(row).to_contain_text("alert not seen")


@pytest.mark.browser
def test_whoever_leaves_the_team_is_led_out_of_an_open_page(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    boss, leaver = clinic.coordinator(), clinic.coordinator()
    with desk.page(browser, leaver, "/desk/roster") as page:
        boss.says("/staff")
        boss.presses("no. 2")
        boss.presses("Remove")
        boss.presses("Yes")
        page.wait_for_url(f"{desk.url}/desk/")
