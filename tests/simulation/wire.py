"""Both ends of the wire between the bot and the simulated Telegram."""

from typing import TYPE_CHECKING, Any, Protocol

from telegram.request import BaseRequest, RequestData

from bot.local.bells import Changed

if TYPE_CHECKING:
    from telegram._utils.types import ODVInput

    from tests.simulation.telegram import Telegram

PATIENCE = 20.0


class Process(Protocol):
    """The process of the bot that asks."""

    number: int
    dead: bool
    banned_until: float

    def boundary(self, where: str) -> None:
        """Killed, when it is to die here."""


class NobodyWaits(Changed):
    """All happens in one thread, and what changed is told by the simulation's own callbacks."""

    def notify_all(self) -> None:
        """There is nobody."""


def whose(update: dict[str, Any]) -> int:
    """Of an update, the account of whoever caused it."""
    content = next(value for key, value in update.items() if key != "update_id")
    return int(content["from"]["id"])


class Door(BaseRequest):
    """The library's one door out; it leads into `Telegram.exchange`."""

    def __init__(self, telegram: "Telegram", process: Process) -> None:
        self._telegram, self._process = telegram, process

    @property
    def read_timeout(self) -> float | None:
        return PATIENCE

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: "ODVInput[float]" = BaseRequest.DEFAULT_NONE,
        write_timeout: "ODVInput[float]" = BaseRequest.DEFAULT_NONE,
        connect_timeout: "ODVInput[float]" = BaseRequest.DEFAULT_NONE,
        pool_timeout: "ODVInput[float]" = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        given = request_data.parameters if request_data is not None else {}
        return await self._telegram.exchange(self._process, url.rpartition("/")[2], dict(given))
