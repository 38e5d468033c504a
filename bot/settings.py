"""Settings, from the environment, `.env` and files of secrets, as one frozen object; all faults are told at once."""

import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.secret_files import UNREADABLE, SecretFiles, file_variable
from bot.secret_files import read as read_secrets
from jobs import backups_kept, due
from jobs.backups_kept import Kept

ENV_FILE = Path(".env")
MISSING = "token_missing"
TOKEN_MISSING = ("TELEGRAM_BOT_TOKEN", "settings.token_missing")


class SettingsError(Exception):
    """The configuration cannot be used. `faults`: (variable, text key) of every fault."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        self.faults = faults
        super().__init__(", ".join(name for name, _ in faults))


def _known_zone(name: str) -> str:
    zone = due.zone_of(name).key
    if zone.split("/")[0] in {"right", "posix"}:
        raise ValueError("leap seconds are counted there, or the name is another zone's second one")
    return zone


def _secure_address(url: str) -> str:
    """https, or http on this machine alone."""
    parts = urlsplit(url)
    loopback = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not (parts.scheme == "https" or (parts.scheme == "http" and loopback)) or not parts.hostname:
        raise ValueError("not a secure web address")
    if "@" in parts.netloc or parts.query or parts.fragment or parts.port == 0 or re.search(r"[\s\x00-\x20]", url):
        raise ValueError("more than an address")
    return url


class Settings(BaseSettings):
    """What an operator can set; `.env.example` explains each."""

    model_config = SettingsConfigDict(env_file_encoding="utf-8", frozen=True, extra="ignore")

    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    database_url: SecretStr = SecretStr("sqlite:///data/diary.sqlite")
    webhook_url: str | None = None
    webhook_listen: str = "127.0.0.1:8080"
    watch_listen: str | None = "127.0.0.1:8081"
    desk_url: str | None = None
    desk_listen: str = "127.0.0.1:8082"
    operator_chat: int | None = Field(default=None, gt=0)
    backup_folder: Path | None = None
    backups_kept: str = "7d 4w"
    retention_after_withdrawal: int | None = Field(default=None, ge=1, le=600)
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    log_format: str = Field(default="text", pattern="^(text|json)$")

    @field_validator("telegram_bot_token")
    @classmethod
    def _shaped_like_a_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is None or not token.get_secret_value().strip():
            return None
        number, colon, secret = token.get_secret_value().strip().partition(":")
        if not (colon and number.isdigit() and len(secret) >= 20):
            raise ValueError("not a token")
        return SecretStr(token.get_secret_value().strip())

    @field_validator("telegram_api_url")
    @classmethod
    def _a_web_address(cls, url: str) -> str:
        parts = urlsplit(url.strip())
        # Reading the port refuses one that is no number. An address with a password in it would be shown in errors.
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0 or "@" in parts.netloc:
            raise ValueError("not a web address")
        return url.strip().rstrip("/")

    @field_validator("webhook_url")
    @classmethod
    def _where_telegram_posts(cls, url: str | None) -> str | None:
        if url is None or not url.strip():
            return None
        return _secure_address(url.strip())

    @field_validator("desk_url")
    @classmethod
    def _where_browsers_ask(cls, url: str | None) -> str | None:
        if url is None or not url.strip():
            return None
        address = _secure_address(url.strip().rstrip("/"))
        parts = urlsplit(address)
        if parts.path:
            raise ValueError("more than an origin")
        # As browsers say it, where it is compared with what they say: no port that goes without saying, and in ASCII.
        name = parts.hostname or ""
        host = f"[{name}]" if ":" in name else name.encode("idna").decode()
        port = "" if parts.port in {None, {"https": 443, "http": 80}[parts.scheme]} else f":{parts.port}"
        return f"{parts.scheme}://{host}{port}".lower()

    @field_validator("webhook_listen", "desk_listen")
    @classmethod
    def _host_and_port(cls, listen: str) -> str:
        host, colon, port = listen.strip().rpartition(":")
        if not (host and colon and port.isdecimal() and 0 < int(port) < 65536):
            raise ValueError("not host:port")
        return f"{host.strip('[]')}:{port}"

    @field_validator("watch_listen")
    @classmethod
    def _host_and_port_or_nothing(cls, listen: str | None) -> str | None:
        return cls._host_and_port(listen) if listen and listen.strip() else None

    @field_validator("operator_chat", mode="before")
    @classmethod
    def _number_or_nothing(cls, chat: object) -> object:
        return None if isinstance(chat, str) and not chat.strip() else chat

    @field_validator("database_url")
    @classmethod
    def _a_database(cls, url: SecretStr) -> SecretStr:
        try:
            parts = make_url(url.get_secret_value())
        except ArgumentError:
            raise ValueError("not a database URL") from None
        if parts.drivername not in {"sqlite", "postgresql", "postgres", "postgresql+psycopg"}:
            raise ValueError("not a supported database")
        if parts.drivername == "sqlite":
            if parts.database in {None, "", ":memory:"} or parts.database.startswith("file:"):
                raise ValueError("a database that forgets, or that cannot be written")
            if parts.query:
                raise ValueError("a file has no options")
        return url

    @field_validator("backup_folder", mode="before")
    @classmethod
    def _a_folder(cls, folder: Any) -> Any:
        written = str(folder or "").strip()
        if Path(written).is_file():
            raise ValueError("a file")
        return Path(written) if written else None

    @field_validator("retention_after_withdrawal", mode="before")
    @classmethod
    def _never_if_empty(cls, months: Any) -> Any:
        return None if isinstance(months, str) and not months.strip() else months

    @field_validator("backups_kept")
    @classmethod
    def _days_and_weeks(cls, written: str) -> str:
        backups_kept.read(written)
        return written

    @property
    def backups(self) -> Kept | None:
        """Which backups are kept; None: none are made by themselves."""
        return backups_kept.read(self.backups_kept)

    @property
    def database_file(self) -> Path | None:
        """None where the database is no file, but a server's."""
        parts = make_url(self.database_url.get_secret_value())
        return Path(parts.database or "") if parts.get_backend_name() == "sqlite" else None

    @property
    def backups_in(self) -> Path | None:
        """The folder of the backups: beside the database's file, unless another was set. None without a file."""
        file = self.database_file
        return None if file is None else self.backup_folder or file.parent / "backups"

    @property
    def desk_is_secure(self) -> bool:
        """Whether browsers reach the desk by https; if not, it is on this machine alone, as in the demo."""
        return self.desk_url is not None and self.desk_url.startswith("https:")

    @property
    def menu_leads_to(self) -> str | None:
        """The address that the menu button of the staff opens; Telegram takes none but https, the local one any."""
        is_taken = self.desk_is_secure or self.telegram_api_url.startswith("http:")
        return f"{self.desk_url}/desk/" if self.desk_url is not None and is_taken else None

    @property
    def bot_id(self) -> int:
        """Telegram's number of the bot, with which its token begins."""
        return int(self.token.partition(":")[0])

    @property
    def secrets(self) -> list[str]:
        """What must never be seen anywhere: the token, and the database's password, as far as there are any."""
        token = self.telegram_bot_token.get_secret_value() if self.telegram_bot_token else None
        password = make_url(self.database_url.get_secret_value()).password
        return [secret for secret in (token, password) if secret]

    @property
    def token(self) -> str:
        """SettingsError when there is none."""
        if self.telegram_bot_token is None:
            raise SettingsError([TOKEN_MISSING])
        return self.telegram_bot_token.get_secret_value()


class _WithToken(Settings):
    """The same where there must be a token: one that is missing is a fault among the others."""

    telegram_bot_token: SecretStr | None = Field(default=None, validate_default=True)

    @field_validator("telegram_bot_token")
    @classmethod
    def _there(cls, token: SecretStr | None) -> SecretStr:
        if token is None:
            raise PydanticCustomError(MISSING, MISSING)
        return token


def field_of(variable: str) -> str:
    """The setting that a variable sets, by itself or by a file."""
    return variable.lower().removesuffix("_file")


def load(need_token: bool = False, env_file: Path = ENV_FILE, **overrides: Any) -> Settings:
    """Reads the environment, then `env_file`, then files of secrets. SettingsError names every fault, and no value.

    `overrides` count before all of them, and what is wrong with one of theirs is no fault then.
    """
    try:
        held, faults = read_secrets(SecretFiles(_env_file=env_file))  # type: ignore[call-arg]
        faults = [(variable, key) for variable, key in faults if field_of(variable) not in overrides]
        loaded = (_WithToken if need_token else Settings)(_env_file=env_file, **{**held, **overrides})  # type: ignore[call-arg]
    except UnicodeDecodeError:
        raise SettingsError([(str(env_file), "settings.env_unreadable")]) from None
    except ValidationError as refused:
        wrong = {str(fault["loc"][0]): fault["type"] == MISSING for fault in refused.errors()}
    else:
        if faults:
            raise SettingsError(faults)
        return loaded
    in_files = set(held) - set(overrides)
    # What is to come from a file that cannot be read is not missing a second time.
    told = [name for name in sorted(wrong) if (file_variable(name), UNREADABLE) not in faults]
    missing = [TOKEN_MISSING for name in told if wrong[name]]
    others = [
        (file_variable(name) if name in in_files else name.upper(), f"settings.{name}_wrong")
        for name in told
        if not wrong[name]
    ]
    raise SettingsError([*missing, *faults, *others])
