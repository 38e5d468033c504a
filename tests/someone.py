"""A person in the tests, at their end of a chat with the bot: what they do there, and what they see."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storage import chats, courses
from storage.models import Answer, Course, Patient

if TYPE_CHECKING:
    from tests.support import Clinic


@dataclass
class Someone:
    """A person in their chat with the bot."""

    clinic: "Clinic"
    account: int
    language: str = "en"

    def says(self, text: str) -> None:
        """Types a line and waits until the bot has done with it."""
        self.clinic.world.say(self.account, text)
        self.clinic.calm()

    def shares_place(self, latitude: float, longitude: float) -> None:
        """Sends where they are, by the paper clip."""
        self.clinic.world.send_location(self.account, latitude, longitude)
        self.clinic.calm()

    def presses(self, label: str, message: dict[str, Any] | None = None) -> str:
        """Presses the button that begins with `label`, on the newest message that has one; returns the toast."""
        for candidate in [message] if message else reversed(self.messages):
            for text, data in self.clinic.world.buttons(candidate):
                if data is not None and (text == label or (len(label) > 1 and text.startswith(label))):
                    return self.taps(candidate["message_id"], data)
        raise AssertionError(f"no button {label!r}; there are {self.buttons}\n{self.sees}")

    def taps(self, message_id: int, data: str, *, forge: bool = False) -> str:
        """Presses a button by its data; returns the toast. `forge`: one that is not there."""
        query = self.clinic.world.press(self.account, message_id, data, forge=forge)
        self.clinic.calm()
        return self.toast_of(query)

    def forges(self, data: str) -> str:
        """Presses a button that the newest message does not have; returns the toast."""
        return self.taps(self.last["message_id"], data, forge=True)

    def forges_all(self, data: Iterable[str]) -> dict[str, str]:
        """Presses those that are not there, one after the other without waiting between them; data -> toast."""
        message = self.last["message_id"]
        queries = {each: self.clinic.world.press(self.account, message, each, forge=True) for each in data}
        self.clinic.calm()
        return {each: self.toast_of(query) for each, query in queries.items()}

    def toast_of(self, query: str) -> str:
        answers = [answer for answer in self.clinic.world.callback_answers(self.account) if answer.query_id == query]
        return (answers[0].text or "") if answers else ""

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What the bot has written, oldest first, as it reads now."""
        return [m for m in self.clinic.world.messages(self.account) if m["from"]["is_bot"]]

    @property
    def last(self) -> dict[str, Any]:
        return self.messages[-1]

    @property
    def sees(self) -> str:
        """The text or caption of the bot's newest message."""
        return str(self.last.get("text") or self.last.get("caption") or "") if self.messages else ""

    @property
    def above(self) -> str:
        """The text of the message before the newest."""
        return self.everything[-2]

    @property
    def buttons(self) -> list[str]:
        """The labels under the newest message."""
        return [text for text, _ in self.clinic.world.buttons(self.last)] if self.messages else []

    @property
    def everything(self) -> list[str]:
        """The texts and captions of all that the bot has written to them."""
        return [str(m.get("text") or m.get("caption") or "") for m in self.messages]

    def message(self, message_id: int) -> dict[str, Any]:
        """One message as it reads now."""
        return next(m for m in self.clinic.world.messages(self.account) if m["message_id"] == message_id)

    def buttons_of(self, message_id: int) -> dict[str, str]:
        """Label -> data of the buttons under one message."""
        return {text: data or "" for text, data in self.clinic.world.buttons(self.message(message_id))}

    @property
    def row(self) -> Patient:
        """The patient, as stored."""
        found = self.clinic.read(lambda session: chats.who_is(session, self.account))
        assert found is not None
        assert found.patient is not None
        return found.patient  # type: ignore[no-any-return]

    @property
    def code(self) -> str:
        """The patient's pseudonym."""
        return self.row.pseudonym

    @property
    def answers(self) -> list[tuple[str, str, int, int | None]]:
        """(diary date, item, revision, value) of every answer ever stored, in the order in which they came."""
        patient = self.row.id
        return [
            (answer.diary_date.isoformat(), answer.item, answer.revision, answer.value)
            for answer in self.clinic.rows(Answer)
            if answer.patient_id == patient
        ]

    @property
    def courses(self) -> list[Course]:
        """The patient's courses that are not cancelled, by date."""
        patient = self.row
        found = self.clinic.read(lambda session: courses.courses_of(session, patient.team_id, patient.id))
        return list(found)

    @property
    def starts(self) -> list[str]:
        """The first days of those courses, as ISO dates."""
        return [courses.first_day(course).isoformat() for course in self.courses]
