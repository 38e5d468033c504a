"""Secrets that stand in files of their own, as Docker's and systemd's do, instead of in the environment."""

import os
import stat
from pathlib import Path

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

TWICE, UNREADABLE = "settings.secret_twice", "settings.secret_unreadable"
SECRETS = ("telegram_bot_token", "database_url")
# Characters: no secret is longer, and a file that never ends is not read for ever.
LONGEST = 4096


class SecretFiles(BaseSettings):
    """Each secret as it stands in the environment, and the file that may hold it instead; None for one left empty."""

    model_config = SettingsConfigDict(env_file_encoding="utf-8", frozen=True, extra="ignore")

    telegram_bot_token: SecretStr | None = None
    telegram_bot_token_file: Path | None = None
    database_url: SecretStr | None = None
    database_url_file: Path | None = None

    @field_validator("telegram_bot_token_file", "database_url_file", mode="before")
    @classmethod
    def _set_at_all(cls, path: object) -> object:
        return path if not isinstance(path, str) or path.strip() else None

    @property
    def paths(self) -> dict[str, Path]:
        """By the secret's name."""
        return {name: path for name in SECRETS if (path := getattr(self, f"{name}_file")) is not None}


def read(files: SecretFiles) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The secrets that files hold, without the newline at the end; and (variable, text key) of every fault."""
    held, faults = {}, []
    for name, path in files.paths.items():
        beside = getattr(files, name)
        if beside is not None and beside.get_secret_value().strip():
            faults.append((file_variable(name), TWICE))
        elif (secret := _content(path)) is None:
            faults.append((file_variable(name), UNREADABLE))
        else:
            held[name] = secret
    return held, faults


def file_variable(name: str) -> str:
    """What the operator sets for the file of this secret."""
    return f"{name}_file".upper()


def _content(path: Path) -> str | None:
    """None for a file that cannot be read, that is empty, and for one that can be no secret's.

    A pipe would be waited for until somebody writes into it, and a device has no end.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), encoding="utf-8") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            secret = file.read(LONGEST + 1).strip()
    except (OSError, UnicodeDecodeError, ValueError):
        return None
    return secret if 0 < len(secret) <= LONGEST else None
