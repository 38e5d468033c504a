"""The desk's entrance: who comes in, by what, and with which cookie; and whom it turns away, with words."""

import json
import re
import threading
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from sqlmodel import Session

from bot.desk import wrong_tries
from bot.desk.application import desk_application
from bot.desk.init_data import signature
from bot.desk.visits import Desk
from bot.desk.wrong_tries import WrongTries
from jobs import desk_access, staffing
from storage import chats
from storage.desk import note_seen
from storage.models import AuditEntry, DeskSession, DeskTicket, Staff, UsedProof
from tests.bot.desk.at_the_desk import AtTheDesk
from tests.support import START, TOKEN, Clinic, Someone

SECURE, LOOPBACK = "https://diary.example.org", "http://127.0.0.1:8082"


class Browser:
    """At the desk's door, with its own cookies."""

    def __init__(self, clinic: Clinic, origin: str = SECURE, language: str = "en") -> None:
        self._clinic = clinic
        transport = httpx.ASGITransport(desk_application(Desk(clinic.bot.running, origin)))
        headers = {"Origin": origin, "Accept-Language": language}
        self._client = httpx.AsyncClient(transport=transport, base_url=origin, headers=headers)
        self.headers, self.cookies = self._client.headers, self._client.cookies

    def get(self, path: str, **how: Any) -> httpx.Response:
        return self._clinic.bot.do(self._client.get(path, **how))

    def head(self, path: str) -> httpx.Response:
        return self._clinic.bot.do(self._client.head(path))

    def post(self, path: str, **how: Any) -> httpx.Response:
        return self._clinic.bot.do(self._client.post(path, **how))


def signed(clinic: Clinic, user_id: int, language: str = "en", token: str = TOKEN, query: str = "AA") -> str:
    """What Telegram would hand to a Mini App that this person opens now."""
    user = json.dumps({"id": user_id, "first_name": "A", "language_code": language})
    fields = {"user": user, "auth_date": str(int(clinic.clock.now().timestamp())), "query_id": query}
    return urlencode({**fields, "hash": signature(fields, token)})


def signs_in(browser: Browser, init_data: str) -> httpx.Response:
    return browser.post("/desk/sign-in", data={"init_data": init_data})


def is_in(browser: Browser) -> bool:
    return browser.get("/desk/roster").status_code == 200


def ticket_of(clinic: Clinic, member: Someone) -> str:
    def made(session: Session) -> str:
        someone = chats.who_is(session, member.account)
        assert someone is not None
        return desk_access.make_ticket(session, someone.the_staff, clinic.clock.now())

    return str(clinic.write(made))


def test_a_coordinator_whom_telegram_vouches_for_is_in_with_a_cookie_that_scripts_and_neighbours_cannot_touch(
    clinic: Clinic,
) -> None:
    nora, browser = clinic.coordinator(), Browser(clinic)
    assert browser.get("/desk/roster").headers["location"] == "/desk/"
    answer = signs_in(browser, signed(clinic, nora.account))
    assert (answer.status_code, answer.content) == (204, b"")
    name, _, rest = answer.headers["set-cookie"].partition("=")
    token, *attributes = rest.split("; ")
    assert name == "__Host-desk"
    assert set(attributes) == {"Path=/", "HttpOnly", "Secure", "SameSite=None", "Partitioned"}
    assert len(token) == 43
    assert is_in(browser)
    assert token not in str(clinic.stored())


def test_on_this_machine_alone_the_cookie_is_strict(clinic: Clinic) -> None:
    nora, browser = clinic.coordinator(), Browser(clinic, LOOPBACK)
    answer = signs_in(browser, signed(clinic, nora.account))
    assert answer.headers["set-cookie"].startswith("desk=")
    assert answer.headers["set-cookie"].endswith("; Path=/; HttpOnly; SameSite=Strict")
    assert is_in(browser)


def test_on_https_the_cookie_that_any_neighbouring_host_could_set_opens_nothing(clinic: Clinic) -> None:
    nora, browser = clinic.coordinator(), Browser(clinic)
    signs_in(browser, signed(clinic, nora.account))
    token = browser.cookies["__Host-desk"]
    other = Browser(clinic)
    other.cookies.set("desk", token)
    assert not is_in(other)


def test_what_telegram_signed_opens_one_browser_and_the_same_page_loaded_anew_goes_on(clinic: Clinic) -> None:
    nora, browser, thief = clinic.coordinator(), Browser(clinic), Browser(clinic)
    said = signed(clinic, nora.account)
    assert signs_in(browser, said).status_code == 204
    again = signs_in(browser, said)
    assert (again.status_code, "set-cookie" in again.headers) == (204, False)
    refused = signs_in(thief, said)
    assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
    assert "has been used already" in refused.text
    assert (len(clinic.rows(DeskSession)), len(clinic.rows(UsedProof))) == (1, 1)


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_whoever_is_no_member_is_told_so_in_the_language_of_their_telegram(clinic: Clinic, language: str) -> None:
    anna = clinic.patient()
    words = {"en": "is for coordinators", "fr": "est réservé", "de": "ist für die Koordination"}
    for account in (anna.account, 999):
        answer = signs_in(Browser(clinic), signed(clinic, account, language))
        assert answer.status_code == 403
        assert words[language] in answer.text
    assert [*clinic.rows(DeskSession), *clinic.rows(UsedProof)] == []


@pytest.mark.parametrize("said", ["", "hash=0", "x" * 60_000, "user=%FF", "😀"])
def test_what_telegram_did_not_sign_is_refused_with_what_to_do(clinic: Clinic, said: str) -> None:
    before, answer = clinic.stored(), signs_in(Browser(clinic, language="de-CH,de;q=0.9"), said)
    assert answer.status_code == 403
    assert "über das Menü des Bots" in answer.text
    assert clinic.stored() == before


def test_what_is_signed_with_another_token_or_long_ago_opens_nothing(clinic: Clinic) -> None:
    nora = clinic.coordinator()
    assert signs_in(Browser(clinic), signed(clinic, nora.account, token="1:another")).status_code == 403
    said = signed(clinic, nora.account)
    clinic.passes(minutes=11)
    assert "too long" in signs_in(Browser(clinic), said).text
    assert clinic.rows(DeskSession) == []


def test_another_account_in_the_same_browser_takes_the_place_of_the_first(clinic: Clinic) -> None:
    nora, browser = clinic.coordinator(), Browser(clinic)
    clara = clinic.clinician(clinic.another_team("Rheumatology"))
    signs_in(browser, signed(clinic, nora.account))
    first = browser.cookies["__Host-desk"]
    assert "Neuromuscular clinic" in browser.get("/desk/roster").text
    assert signs_in(browser, signed(clinic, clara.account)).status_code == 204
    assert "Rheumatology" in browser.get("/desk/roster").text
    left = Browser(clinic)
    left.cookies.set("__Host-desk", first)
    assert not is_in(left)


def test_a_link_from_the_chat_opens_the_desk_once_and_looking_at_it_uses_nothing_up(clinic: Clinic) -> None:
    clinic.restarted(desk_url=SECURE)
    nora = clinic.coordinator()
    nora.says("/desk")
    found = re.search(r"https://diary\.example\.org(/desk/enter\?ticket=([\w-]{43}))", nora.sees)
    assert found is not None
    scanner, browser, late = Browser(clinic), Browser(clinic), Browser(clinic)
    for _ in range(3):
        shown = scanner.get(found[1])
        assert shown.status_code == 200
        assert "member 1 of the team" in shown.text
        assert scanner.head(found[1]).status_code == 200
    entered = browser.post("/desk/enter", data={"ticket": found[2]})
    assert (entered.status_code, entered.headers["location"]) == (303, "/desk/roster")
    assert is_in(browser)
    for answer in (late.post("/desk/enter", data={"ticket": found[2]}), late.get(found[1])):
        assert answer.status_code == 403
        assert "has been used already" in answer.text
    assert not is_in(late)


def test_a_late_cut_off_or_foreign_link_says_what_to_do(clinic: Clinic) -> None:
    nora = clinic.coordinator()
    ticket = ticket_of(clinic, nora)
    clinic.passes(minutes=5)
    browser = Browser(clinic)
    assert "expired" in browser.get(f"/desk/enter?ticket={ticket}").text
    assert "expired" in browser.post("/desk/enter", data={"ticket": ticket}).text
    for other in ("", ticket[:-1], "A" * 43, "%00", "é" * 43, "x" * 5000, "'; DROP TABLE staff"):
        for answer in (
            browser.get("/desk/enter", params={"ticket": other}),
            browser.post("/desk/enter", data={"ticket": other}),
        ):
            assert answer.status_code == 403, other
            assert "Send /desk to the bot" in answer.text
            assert other not in answer.text or other == ""
        browser = Browser(clinic)
    assert clinic.rows(DeskSession) == []


def test_whoever_leaves_the_team_is_out_at_the_next_click_and_their_link_opens_nothing(clinic: Clinic) -> None:
    _nora, clara, browser = clinic.coordinator(), clinic.clinician(), Browser(clinic)
    signs_in(browser, signed(clinic, clara.account))
    ticket = ticket_of(clinic, clara)
    assert is_in(browser)
    clinic.write(lambda session: staffing.remove(session, "staff:1", session.get_one(Staff, 2), clinic.clock.now()))
    assert not is_in(browser)
    assert "is for coordinators" in browser.post("/desk/enter", data={"ticket": ticket}).text
    assert signs_in(Browser(clinic), signed(clinic, clara.account)).status_code == 403


def test_signing_out_ends_it_in_that_browser(clinic: Clinic) -> None:
    nora, browser = clinic.coordinator(), Browser(clinic)
    signs_in(browser, signed(clinic, nora.account))
    token = browser.cookies["__Host-desk"]
    answer = browser.post("/desk/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    kept = Browser(clinic)
    kept.cookies.set("__Host-desk", token)
    assert not is_in(kept)
    assert kept.post("/desk/sign-out").status_code == 303


@pytest.mark.parametrize("path", ["/desk/sign-in", "/desk/enter", "/desk/sign-out"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://diary.example.org"])
def test_no_strange_page_signs_anybody_in_or_out(clinic: Clinic, path: str, origin: str) -> None:
    nora, browser = clinic.coordinator(), Browser(clinic)
    ticket = ticket_of(clinic, nora)
    browser.headers.pop("Origin")
    headers = {"Origin": origin} if origin else {}
    data = {"init_data": signed(clinic, nora.account), "ticket": ticket}
    answer = browser.post(path, data=data, headers=headers)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert clinic.rows(DeskSession) == []
    assert [each.used_at for each in clinic.rows(DeskTicket)] == [None]


def test_the_entrance_knows_who_is_in_and_speaks_the_browsers_language(clinic: Clinic) -> None:
    nora, browser = clinic.coordinator(), Browser(clinic, language="xx, fr-CH;q=0.8, en;q=0.5")
    page = browser.get("/desk/")
    assert 'lang="fr"' in page.text
    assert 'data-in="no"' in page.text
    signs_in(browser, signed(clinic, nora.account))
    assert 'data-in="yes"' in browser.get("/desk/").text
    clinic.passes(hours=1)
    assert 'data-in="no"' in browser.get("/desk/").text


def test_after_twenty_links_that_are_none_of_ours_none_from_there_is_looked_at_for_an_hour(clinic: Clinic) -> None:
    nora, browser = clinic.coordinator(), Browser(clinic)
    wrong = "A" * 43
    for k in range(wrong_tries.MOST_OF_ONE):
        post = browser.post("/desk/enter", data={"ticket": wrong}) if k % 2 else None
        answer = post or browser.get(f"/desk/enter?ticket={wrong}")
        assert answer.status_code == 403
    ticket = ticket_of(clinic, nora)
    for answer in (
        browser.get(f"/desk/enter?ticket={ticket}"),
        browser.post("/desk/enter", data={"ticket": ticket}),
    ):
        assert answer.status_code == 429
        assert "for an hour" in answer.text
    assert clinic.rows(DeskSession) == []
    assert signs_in(browser, signed(clinic, nora.account)).status_code == 204, "whom Telegram vouches for comes in"
    clinic.passes(hours=1)
    fresh = ticket_of(clinic, nora)
    assert browser.post("/desk/enter", data={"ticket": fresh}).status_code == 303


def test_links_that_were_ours_once_are_no_guesses(clinic: Clinic) -> None:
    nora, browser = clinic.coordinator(), Browser(clinic)
    old = ticket_of(clinic, nora)
    clinic.passes(minutes=6)
    for _ in range(wrong_tries.MOST_OF_ONE + 1):
        assert browser.get(f"/desk/enter?ticket={old}").status_code == 403
    assert browser.get(f"/desk/enter?ticket={ticket_of(clinic, nora)}").status_code == 200


def test_one_address_does_not_keep_another_out_and_no_more_are_remembered_than_there_is_room_for() -> None:
    tries = WrongTries()
    for k in range(wrong_tries.MOST_ADDRESSES + 50):
        tries.note(f"address {k}", START)
    assert len(tries._by_address) == wrong_tries.MOST_ADDRESSES
    for _ in range(wrong_tries.MOST_OF_ONE):
        tries.note("another", START)
    assert tries.is_refused("another", START + timedelta(minutes=59))
    assert not tries.is_refused("a third", START)
    assert not tries.is_refused("another", START + timedelta(hours=1))


def test_whoever_reads_does_not_wait_for_what_is_noted_of_them(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """While something long is written, as on a Monday morning."""
    member, is_written, is_noted = clinic.coordinator(), threading.Event(), threading.Event()

    def noted(session: Session, *seen: Any) -> None:
        note_seen(session, *seen)
        is_noted.set()

    monkeypatch.setattr("bot.desk.visits.note_seen", noted)
    with AtTheDesk(clinic) as desk, desk.client(member) as client:
        client.timeout = httpx.Timeout(60)
        clinic.passes(minutes=5)
        clinic.bot.running.writer.submit(lambda _: is_written.wait())
        try:
            assert client.get("/desk/team").status_code == 200
            assert not is_noted.is_set()
        finally:
            is_written.set()
        assert is_noted.wait(60)


def test_coming_in_is_in_the_history_and_pushes_no_change_out_of_sight(clinic: Clinic) -> None:
    nora, browser = clinic.coordinator(), Browser(clinic)
    signs_in(browser, signed(clinic, nora.account))
    assert [each.actor for each in clinic.rows(AuditEntry) if each.action == "desk_opened"] == ["staff:1"]
    nora.says("/history")
    assert "joined" in nora.sees
    assert "desk" not in nora.sees.lower()


@pytest.mark.parametrize(
    ("asks", "elsewhere", "nowhere"),
    [
        ("it,fr;q=0.8", "Cela ne vient pas d’une page du bureau", "Cette page n’existe pas"),
        ("de-CH", "Das kommt nicht von einer Seite", "Diese Seite gibt es nicht"),
        ("", "This does not come from a page of the desk", "There is no such page"),
    ],
)
def test_a_stranger_is_answered_in_their_language(clinic: Clinic, asks: str, elsewhere: str, nowhere: str) -> None:
    with AtTheDesk(clinic) as desk, desk.client(None) as client:
        strange = client.post("/desk/pane", headers={"Origin": "https://example.org", "Accept-Language": asks})
        assert (strange.status_code, strange.text.startswith(elsewhere)) == (403, True)
        absent = client.get("/desk/nothing", headers={"Accept-Language": asks})
        assert (absent.status_code, absent.text.startswith(nowhere)) == (404, True)
