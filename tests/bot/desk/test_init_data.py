"""Telegram's word on who opened the desk: believed when it is signed for this bot, new, and whole; never otherwise."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.desk.init_data import LONGEST, Checked, InitDataError, checked, signature
from tests.support import TOKEN

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
USER = {"id": 1001, "first_name": "Zoë & + / %", "language_code": "fr"}
# What openssl says of these four fields and this token: `openssl dgst -sha256 -hmac WebAppData` of the token, and
# `-mac HMAC -macopt hexkey:…` of the lines.
BY_OPENSSL = "8fca3076357c448c744ff62b58aa9e0f527cec4fc1d80eea07b7b97e6850c11a"
FIELDS = {
    "query_id": "AAHdF6IQAAAAAN0XohDhrOrc",
    "user": '{"id":1001,"first_name":"Zoë & + / %","language_code":"fr"}',
    "auth_date": "1772445600",
    "signature": "not-looked-at_by-us",
}


def signed(token: str = TOKEN, at: datetime = NOW, **other: str) -> str:
    fields = {"user": json.dumps(USER), "auth_date": str(int(at.timestamp())), "query_id": "AA", **other}
    return urlencode({**fields, "hash": signature(fields, token)})


def refused(said: str, now: datetime = NOW) -> str:
    with pytest.raises(InitDataError) as refusal:
        checked(said, TOKEN, now)
    assert str(refusal.value) == refusal.value.key
    return refusal.value.key


def test_what_telegram_signed_is_believed_as_openssl_computes_it() -> None:
    found = checked(urlencode({**FIELDS, "hash": BY_OPENSSL}), TOKEN, NOW)
    assert found == Checked(1001, "fr", NOW, found.proof_hash)
    assert len(found.proof_hash) == 64
    assert found.proof_hash != BY_OPENSSL


def test_the_order_of_the_fields_and_how_they_are_escaped_make_no_difference_not_even_to_the_proof() -> None:
    one = checked(urlencode({**FIELDS, "hash": BY_OPENSSL}), TOKEN, NOW)
    turned = {"hash": BY_OPENSSL, **dict(reversed(FIELDS.items()))}
    assert checked(urlencode(turned, quote_via=quote), TOKEN, NOW) == one


@pytest.mark.parametrize("seconds", [-600, -1, 0, 60])
def test_ten_minutes_old_and_a_minute_ahead_is_new_enough(seconds: int) -> None:
    assert checked(signed(at=NOW + timedelta(seconds=seconds)), TOKEN, NOW).user_id == 1001


@pytest.mark.parametrize(("seconds", "key"), [(-601, "old"), (-86400, "old"), (61, "ahead"), (10**10, "ahead")])
def test_older_or_from_a_time_to_come_is_refused(seconds: int, key: str) -> None:
    assert refused(signed(at=NOW + timedelta(seconds=seconds))) == f"desk.sign_in.{key}"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "hash=" + "0" * 64,
        "auth_date=1772445600",
        signed(token="1234567890:the-token-of-another-bot"),
        signed().replace("&hash=", "&sign="),
        signed() + "&user=%7B%22id%22%3A1002%7D",
        signed() + "&user=",
        signed() + "&more=1",
        signed().replace("1001", "1002"),
        signed().upper(),
        signed(user="{"),
        signed(user="[1001]"),
        signed(user="[" * 3000),
        signed(user='{"first_name":"A"}'),
        signed(user='{"id":"1001"}'),
        signed(user='{"id":true}'),
        signed(user='{"id":-5}'),
        signed(user='{"id":99999999999999999999}'),
        signed(auth_date=""),
        signed(auth_date="-1"),
        signed(auth_date="1772445600.5"),
        signed(auth_date="１７７２４４５６００"),
        signed(auth_date="9" * 40),
        signed(query_id="AA\nuser={}"),
        signed() + "&more=1" * 60,
        signed(query_id="A" * LONGEST),
        "\udcff" + signed(),
        signed().replace("query_id=AA", "query_id=%FF"),
        signed().replace("&", ";"),
    ],
)
def test_nothing_else_is_believed(said: str) -> None:
    assert refused(said) == "desk.sign_in.unsigned"


@given(st.data())
def test_a_change_of_any_character_is_refused_unless_it_is_another_way_to_write_the_same(data: st.DataObject) -> None:
    said = signed()
    place = data.draw(st.integers(0, len(said) - 1))
    other = said[:place] + data.draw(st.characters(max_codepoint=0x2FF)) + said[place + 1 :]
    assume(other != said)
    try:
        found = checked(other, TOKEN, NOW)
    except InitDataError:
        return
    assert dict(parse_qsl(other)) == dict(parse_qsl(said))
    # And it is no second way in.
    assert found.proof_hash == checked(said, TOKEN, NOW).proof_hash


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), max_size=6), st.text(max_size=64))
def test_nobody_who_does_not_know_the_token_is_believed(fields: dict[str, str], told: str) -> None:
    said = urlencode(
        {**fields, "user": FIELDS["user"], "auth_date": FIELDS["auth_date"], "hash": told}, errors="replace"
    )
    assert refused(said) == "desk.sign_in.unsigned"


def test_it_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[str, str]] = []
    monkeypatch.setattr(hmac, "compare_digest", lambda one, two: compared.append((one, two)))
    refused(signed())
    assert len(compared) == 1
