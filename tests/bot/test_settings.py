"""Settings: from the environment and a file; every fault is said at once, and no value is ever shown."""

import os
from pathlib import Path

import pytest

from bot.secret_files import LONGEST
from bot.settings import Settings, SettingsError, load
from bot.texts import FALLBACK, texts_in
from tests.support import TOKEN

ALL = {
    "TELEGRAM_BOT_TOKEN": TOKEN,
    "TELEGRAM_API_URL": "https://api.telegram.org",
    "DATABASE_URL": "postgresql://diary:secret-word@localhost/diary",
    "TIME_ZONE": "Europe/Zurich",
    "WEBHOOK_URL": "https://diary.example.org/telegram",
    "WEBHOOK_LISTEN": "127.0.0.1:8080",
    "WATCH_LISTEN": "127.0.0.1:8081",
    "DESK_URL": "https://diary.example.org",
    "DESK_LISTEN": "127.0.0.1:8082",
    "OPERATOR_CHAT": "123456789",
    "BACKUP_FOLDER": "/var/backups/diary",
    "BACKUPS_KEPT": "10d",
    "RETENTION_AFTER_WITHDRAWAL": "24",
    "LOG_LEVEL": "WARNING",
    "LOG_FORMAT": "json",
}
WRONG = {
    "TELEGRAM_BOT_TOKEN": "wrong-token",
    "TELEGRAM_API_URL": "ftp://wrong.example",
    "DATABASE_URL": "mysql://wrong:secret-word@host/name",
    "TIME_ZONE": "Mars/Olympus_Mons",
    "WEBHOOK_URL": "http://diary.example.org/telegram",
    "WEBHOOK_LISTEN": "8080",
    "WATCH_LISTEN": "8081",
    "DESK_URL": "https://diary.example.org/desk",
    "DESK_LISTEN": "8082",
    "OPERATOR_CHAT": "@somebody",
    "BACKUP_FOLDER": __file__,
    "BACKUPS_KEPT": "a week",
    "RETENTION_AFTER_WITHDRAWAL": "0",
    "LOG_LEVEL": "LOUD",
    "LOG_FORMAT": "xml",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*ALL, "TELEGRAM_BOT_TOKEN_FILE", "DATABASE_URL_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def write(env_file: Path, values: dict[str, str]) -> None:
    env_file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))


def faults(env_file: Path, *, need_token: bool = True) -> dict[str, str]:
    with pytest.raises(SettingsError) as refused:
        load(need_token=need_token, env_file=env_file)
    assert "secret-word" not in str(refused.value)
    assert refused.value.__cause__ is None
    return dict(refused.value.faults)


def test_the_defaults_are_those_that_the_example_names(env_file: Path) -> None:
    loaded = load(env_file=env_file)
    example = (Path(__file__).parents[2] / ".env.example").read_text()
    for name in (*Settings.model_fields, "telegram_bot_token_file", "database_url_file"):
        assert f"{name.upper()}=" in example
    for value in (loaded.telegram_api_url, loaded.database_url.get_secret_value(), loaded.time_zone, loaded.log_level):
        assert f"={value}\n" in example


def test_the_example_itself_can_be_used_once_the_token_is_in_it(env_file: Path) -> None:
    env_file.write_text((Path(__file__).parents[2] / ".env.example").read_text())
    assert faults(env_file) == {"TELEGRAM_BOT_TOKEN": "settings.token_missing"}
    env_file.write_text(env_file.read_text().replace("TELEGRAM_BOT_TOKEN=", f"TELEGRAM_BOT_TOKEN={TOKEN}"))
    assert load(need_token=True, env_file=env_file).token == TOKEN


def test_the_environment_goes_before_the_file(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(env_file, ALL)
    monkeypatch.setenv("TIME_ZONE", "Pacific/Auckland")
    loaded = load(need_token=True, env_file=env_file)
    assert (loaded.time_zone, loaded.log_level) == ("Pacific/Auckland", "WARNING")


def test_every_fault_is_told_at_once(env_file: Path) -> None:
    write(env_file, WRONG)
    assert faults(env_file) == {name: f"settings.{name.lower()}_wrong" for name in ALL}


def test_a_missing_token_is_told_together_with_the_others(env_file: Path) -> None:
    write(env_file, {**WRONG, "TELEGRAM_BOT_TOKEN": "  "})
    found = faults(env_file)
    assert found.keys() == ALL.keys()
    assert found["TELEGRAM_BOT_TOKEN"] == "settings.token_missing"


def test_without_need_of_a_token_none_is_asked_for(env_file: Path) -> None:
    write(env_file, {"TIME_ZONE": "Europe/Zurich"})
    loaded = load(env_file=env_file)
    with pytest.raises(SettingsError):
        _ = loaded.token


@pytest.mark.parametrize(
    "token", ["1234567890", ":abcdefghijklmnopqrstuvwxyz", "abc:abcdefghijklmnopqrstuvwxyz", "1234567890:short"]
)
def test_what_is_not_shaped_like_a_token_is_said(env_file: Path, token: str) -> None:
    write(env_file, {"TELEGRAM_BOT_TOKEN": token})
    assert faults(env_file) == {"TELEGRAM_BOT_TOKEN": "settings.telegram_bot_token_wrong"}


@pytest.mark.parametrize(
    "url",
    ["", "diary.sqlite", "mysql://x/y", "postgresql+psycopg2://x/y", "postgresql+asyncpg://x/y", "postgresql://h:x/y"],
)
def test_what_is_no_usable_database_is_said(env_file: Path, url: str) -> None:
    write(env_file, {**ALL, "DATABASE_URL": url})
    assert faults(env_file) == {"DATABASE_URL": "settings.database_url_wrong"}


@pytest.mark.parametrize(
    "url", ["sqlite:///x.sqlite", "postgresql://h/n", "postgres://h/n", "postgresql+psycopg://h/n"]
)
def test_a_database_of_either_kind_is_taken(env_file: Path, url: str) -> None:
    write(env_file, {**ALL, "DATABASE_URL": url})
    assert load(env_file=env_file).database_url.get_secret_value() == url


def test_secrets_do_not_show_in_the_settings_themselves(env_file: Path) -> None:
    write(env_file, ALL)
    loaded = load(need_token=True, env_file=env_file)
    assert TOKEN not in repr(loaded)
    assert "secret-word" not in repr(loaded)


def test_settings_cannot_be_changed_afterwards(env_file: Path) -> None:
    loaded = load(env_file=env_file)
    with pytest.raises(ValueError, match="frozen"):
        loaded.time_zone = "UTC"


def test_every_fault_has_its_words() -> None:
    for key in ["settings.token_missing", *(f"settings.{name}_wrong" for name in Settings.model_fields)]:
        assert texts_in(FALLBACK)(key)


def secret_file(tmp_path: Path, content: str | bytes) -> str:
    path = tmp_path / "secret"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_secret_can_stand_in_a_file_of_its_own(env_file: Path, tmp_path: Path, end: str) -> None:
    write(env_file, {"TELEGRAM_BOT_TOKEN": "", "TELEGRAM_BOT_TOKEN_FILE": secret_file(tmp_path, TOKEN + end)})
    assert load(need_token=True, env_file=env_file).token == TOKEN
    url = "postgresql://diary:secret-word@localhost/diary"
    write(env_file, {"DATABASE_URL_FILE": secret_file(tmp_path, url + end)})
    assert load(env_file=env_file).database_url.get_secret_value() == url


def test_a_secret_that_is_set_twice_is_refused_even_where_both_are_the_same(env_file: Path, tmp_path: Path) -> None:
    path = secret_file(tmp_path, TOKEN)
    write(env_file, {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_BOT_TOKEN_FILE": path, "DATABASE_URL_FILE": path})
    assert faults(env_file) == {
        "TELEGRAM_BOT_TOKEN_FILE": "settings.secret_twice",
        "DATABASE_URL_FILE": "settings.database_url_wrong",
    }


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"x" * (LONGEST + 1), None])
def test_a_file_without_a_secret_is_said_once_and_with_the_other_faults(
    env_file: Path, tmp_path: Path, content: bytes | None
) -> None:
    path = str(tmp_path / "none") if content is None else secret_file(tmp_path, content)
    write(env_file, {"TELEGRAM_BOT_TOKEN_FILE": path, "DATABASE_URL_FILE": str(tmp_path), "LOG_LEVEL": "LOUD"})
    assert faults(env_file) == {
        "TELEGRAM_BOT_TOKEN_FILE": "settings.secret_unreadable",
        "DATABASE_URL_FILE": "settings.secret_unreadable",
        "LOG_LEVEL": "settings.log_level_wrong",
    }


def test_a_wrong_secret_in_a_file_is_told_by_the_files_variable(env_file: Path, tmp_path: Path) -> None:
    write(env_file, {"TELEGRAM_BOT_TOKEN_FILE": secret_file(tmp_path, "secret-word")})
    assert faults(env_file) == {"TELEGRAM_BOT_TOKEN_FILE": "settings.telegram_bot_token_wrong"}


def test_an_empty_variable_is_not_set(env_file: Path) -> None:
    write(env_file, {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_BOT_TOKEN_FILE": " ", "DATABASE_URL_FILE": ""})
    assert load(need_token=True, env_file=env_file).token == TOKEN


def test_what_must_not_be_seen_is_known_wherever_it_came_from(env_file: Path, tmp_path: Path) -> None:
    url = secret_file(tmp_path, "postgresql://diary:secret-word@localhost/diary")
    write(env_file, {"TELEGRAM_BOT_TOKEN": TOKEN, "DATABASE_URL_FILE": url})
    assert load(env_file=env_file).secrets == [TOKEN, "secret-word"]
    write(env_file, {})
    assert load(env_file=env_file).secrets == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", None),
        ("  ", None),
        ("https://Diary.Example.org/", "https://diary.example.org"),
        ("https://diary.example.org:8443", "https://diary.example.org:8443"),
        ("http://127.0.0.1:8082", "http://127.0.0.1:8082"),
        ("https://diary.example.org:443", "https://diary.example.org"),
        ("https://diary.example.org:", "https://diary.example.org"),
        ("https://tägebuch.example", "https://xn--tgebuch-5wa.example"),
        ("http://[::1]:8082", "http://[::1]:8082"),
    ],
)
def test_the_desk_has_an_origin_as_browsers_say_it(env_file: Path, written: str, meant: str | None) -> None:
    write(env_file, {"TELEGRAM_BOT_TOKEN": TOKEN, "DESK_URL": written})
    assert load(env_file=env_file).desk_url == meant


@pytest.mark.parametrize(
    "written",
    [
        "diary.example.org",
        "http://diary.example.org",
        "https://",
        "https://diary.example.org/desk/",
        "https://diary.example.org?x",
        "https://name:word@diary.example.org",
        "https://diary.example.org:0",
        "https://diary.example.org:99999",
        "https://diary example.org",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_origin_is_no_desk(env_file: Path, written: str) -> None:
    write(env_file, {"TELEGRAM_BOT_TOKEN": TOKEN, "DESK_URL": written})
    assert faults(env_file) == {"DESK_URL": "settings.desk_url_wrong"}


def test_the_menu_leads_to_a_desk_that_telegram_opens(env_file: Path) -> None:
    def leads(url: str, api: str = "https://api.telegram.org") -> str | None:
        write(env_file, {"TELEGRAM_BOT_TOKEN": TOKEN, "DESK_URL": url, "TELEGRAM_API_URL": api})
        return load(env_file=env_file).menu_leads_to

    assert leads("https://diary.example.org") == "https://diary.example.org/desk/"
    assert leads("http://127.0.0.1:8082") is None
    assert leads("http://127.0.0.1:8082", "http://127.0.0.1:9000") == "http://127.0.0.1:8082/desk/"
    assert leads("") is None


@pytest.mark.parametrize("kind", ["a pipe", "a folder", "a device", "a closed way"])
def test_what_is_no_plain_file_is_not_waited_for(env_file: Path, kind: str) -> None:
    path = env_file.with_name("secret")
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    elif kind == "a device":
        path = Path("/dev/zero")
    else:
        env_file.with_name("file").touch()
        path = env_file.with_name("file") / "secret"
    write(env_file, {"TELEGRAM_BOT_TOKEN_FILE": str(path)})
    assert faults(env_file) == {"TELEGRAM_BOT_TOKEN_FILE": "settings.secret_unreadable"}
