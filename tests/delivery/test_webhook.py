"""Updates posted to the bot: what polling promises holds here too, and configuration alone leads to either."""

import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.listening import CannotListenError
from bot.local.faults import Fault
from bot.local.webhook import Waits
from bot.webhook import HEADER, LARGEST_BODY, secret_of
from storage.models import Answer, Chat, Patient
from tests.delivery.support import asked, commits_fail, evening_of_one, last_update, the_buttons
from tests.support import PATIENCE, TOKEN, Clinic

DAY = "2026-03-02"
ITEMS = ("pain", "tiredness", "weakness", "exertion_pain")


@pytest.fixture
def where() -> Iterator[dict[str, Any]]:
    """Settings of a webhook on a port that is nobody else's: bound, and not listened to."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{held.getsockname()[1]}"
        yield {"webhook_url": f"http://{listen}/telegram", "webhook_listen": listen}


@pytest.fixture
def posted_to(clinic: Clinic, where: dict[str, Any]) -> Clinic:
    """A clinic whose bot has its updates posted to it."""
    clinic.world.webhook_waits = Waits(first=0.05, most=0.2)
    clinic.restarted(**where)
    clinic.world.wait_for(lambda world: world.webhook is not None, PATIENCE)
    return clinic


def test_a_conversation_is_the_same_as_by_polling(posted_to: Clinic) -> None:
    anna = evening_of_one(posted_to)
    for value in ("3", "2"):
        anna.presses(value)
    anna.says("4")
    anna.presses("1")
    assert [(item, value) for _, item, _, value in anna.answers] == list(zip(ITEMS, (3, 2, 4, 1), strict=True))
    assert "Noted" in anna.sees or "thank you" in anna.sees
    assert posted_to.world.refused() == []


def test_told_again_and_under_new_ids_it_changes_nothing(posted_to: Clinic) -> None:
    clinic = posted_to
    anna = evening_of_one(clinic)
    anna.presses("7")
    update = last_update(clinic)
    anna.presses("5")
    for again in (clinic.world.redeliver, clinic.world.duplicate):
        again(update)
        clinic.calm()
    assert anna.answers == [(DAY, "pain", 1, 7), (DAY, "tiredness", 1, 5)]


def test_many_people_at_once_and_each_in_their_own_order(posted_to: Clinic) -> None:
    clinic = posted_to
    strangers = [clinic.someone() for _ in range(30)]
    for stranger in strangers:
        for word in ("hello", "/help", "bye"):
            clinic.world.say(stranger.account, word)
    clinic.calm()
    assert [len(stranger.messages) for stranger in strangers] == [3] * 30


def test_what_could_not_be_committed_is_not_taken_and_comes_again(posted_to: Clinic) -> None:
    clinic = posted_to
    anna = evening_of_one(clinic)
    with commits_fail(clinic.database, 2) as refused:
        anna.presses("7")
    assert len(refused) == 2
    assert anna.answers == [(DAY, "pain", 1, 7)]
    (hook,) = [clinic.world.webhook]
    assert hook is not None
    assert "503" in (hook.error or "")


def post(where: dict[str, Any], content: bytes, secret: str | None = None) -> int:
    headers = {} if secret is None else {HEADER: secret}
    return httpx.post(where["webhook_url"], content=content, headers=headers, timeout=PATIENCE).status_code


def test_a_stranger_who_knows_the_address_gets_nothing_in(posted_to: Clinic, where: dict[str, Any]) -> None:
    clinic = posted_to
    before = clinic.stored()
    update = b'{"update_id": 1, "message": {"message_id": 1, "date": 0, "chat": {"id": 5, "type": "private"}}}'
    for secret in (None, "", "wrong", secret_of(TOKEN)[:-1], secret_of(TOKEN) + "x", "\u00e4"):
        given = secret if secret is None or secret.isascii() else None
        assert post(where, update, given) == 403
    assert clinic.stored() == before
    assert httpx.get(where["webhook_url"]).status_code == 405
    assert httpx.post(where["webhook_url"].replace("/telegram", "/other")).status_code == 404


def test_what_is_too_large_or_unreadable_is_neither_read_nor_asked_for_again(
    posted_to: Clinic, where: dict[str, Any]
) -> None:
    assert post(where, b"x" * (LARGEST_BODY + 1), secret_of(TOKEN)) == 413
    for unreadable in (b"", b"{", b"[]", b"null", b'{"message": 3}', b'{"update_id": "x"}'):
        assert post(where, unreadable, secret_of(TOKEN)) == 200
    assert posted_to.rows(Answer) == []
    assert posted_to.rows(Chat) == []


def test_configuration_alone_leads_from_polling_to_a_webhook_and_back(clinic: Clinic, where: dict[str, Any]) -> None:
    clinic.world.webhook_waits = Waits(first=0.05, most=0.2)
    anna = evening_of_one(clinic)
    anna.presses("7")
    message, buttons = the_buttons(anna)
    for settings, value in ((where, "5"), ({}, "4"), (where, "3")):
        clinic.bot.__exit__()
        clinic.world.press(anna.account, message, anna.buttons_of(message)[value])
        clinic.bot = type(clinic.bot)(clinic.database, clinic.server.url, clinic.clock, **settings)
        clinic.bot.__enter__()
        clinic.calm()
        assert (clinic.world.webhook is not None) is bool(settings)
    assert buttons
    assert [value for _, _, _, value in anna.answers] == [7, 5, 4, 3]
    assert len(asked(anna)) <= 1


def test_telegram_that_does_not_take_the_address_at_once_is_told_again(
    clinic: Clinic, where: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.webhook.WAIT_AFTER_FAULT", 0.05)
    clinic.world.misbehave(Fault("server_error", "setWebhook", times=3))
    clinic.restarted(**where)
    clinic.world.wait_for(lambda world: world.webhook is not None, PATIENCE)
    clinic.someone().says("/start")
    assert clinic.rows(Patient) == []


def test_a_port_that_is_taken_is_said_in_words(clinic: Clinic, where: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        clinic.restarted(**{**where, "webhook_listen": f"127.0.0.1:{taken.getsockname()[1]}"})
        with pytest.raises(CannotListenError, match=r"127\.0\.0\.1"):
            clinic.bot.do(clinic.bot.running.finished())
