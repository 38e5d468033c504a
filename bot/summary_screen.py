"""The summary in the chat: `/summary`, and the buttons under it: a page, *Seen*, *Later*, the PDF, more pictures."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot import summary_settings
from bot.replies import Button, Drawing, Incoming, Keyboard, OtherButtons, Reply, Say, Screen, Toast, page_of, rows_of
from bot.texts import Html, Texts, languages, texts_in
from jobs import due, looks, pages
from jobs.attention import urgency
from jobs.refusals import Refusal
from storage import looks as looks_storage
from storage import patients, teams
from storage.chats import Someone
from storage.models import Drawing as DrawingRow
from storage.models import DrawingKind, Look, Staff

# su:page:1, su:seen:12:0, su:later:12:0, su:off:12:4:0, su:back:12:0, su:pdf, su:picture:2, su:settings
_DATA = re.compile(r"su:([a-z]+)((?::[0-9]{1,9})*)", re.ASCII)
LOOKS_A_PAGE = 8
MOST_PICTURES = 99


def summary(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/summary`: what the weekly one would say now. `/summary settings`: what it brings, and when."""
    if _means_settings(incoming.text):
        return [Say(summary_settings.screen(someone, incoming.now))]
    pages.ask_summary(session, someone.the_staff, someone.chat, incoming.what, incoming.now)
    return [Drawing()]


def pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button under a summary, however old: what it does is looked up now."""
    found = _DATA.fullmatch(incoming.data)
    what, numbers = (found[1], [int(each) for each in found[2].split(":")[1:]]) if found else ("", [])
    wanted, work = DOES.get(what, (0, None))
    if work is None or len(numbers) != wanted:
        return summary_settings.pressed(session, incoming, someone)
    return work(Press(session, incoming, someone), *numbers)


@dataclass(frozen=True)
class Press:
    """Of one button, by a clinician."""

    session: Session
    incoming: Incoming
    someone: Someone

    @property
    def texts(self) -> Texts:
        return texts_in(self.someone.chat.language)

    def look(self, number: int) -> Look:
        """Of their own team. Refusal for any other."""
        found = looks_storage.look_of_team(self.session, self.someone.the_team.id, number)
        if found is None:
            raise Refusal("refusal.gone")
        return found

    def anew(self, page: int) -> Reply:
        """The buttons as they are now."""
        shown = keyboard(self.session, self.someone.the_staff, self.texts, self.incoming.now, page)
        return OtherButtons(self.incoming.message_id, shown)


def _turned(press: Press, page: int) -> list[Reply]:
    return [Toast(""), press.anew(page)]


def _seen(press: Press, number: int, page: int) -> list[Reply]:
    return [_acknowledged(press, press.look(number), None), press.anew(page)]


def _put_off(press: Press, number: int, weeks: int, page: int) -> list[Reply]:
    return [_acknowledged(press, press.look(number), weeks), press.anew(page)]


def _taken_back(press: Press, number: int, page: int) -> list[Reply]:
    look = press.look(number)
    if not press.incoming.repeated:
        looks.take_back(press.session, press.someone.the_staff, look, press.incoming.now)
    return [Toast(""), press.anew(page)]


def _later(press: Press, number: int, page: int) -> list[Reply]:
    return [Toast(""), OtherButtons(press.incoming.message_id, _weeks(press, press.look(number), page))]


def _settings(press: Press) -> list[Reply]:
    return [Toast(""), Say(summary_settings.screen(press.someone, press.incoming.now))]


def _pdf(press: Press) -> list[Reply]:
    incoming, someone = press.incoming, press.someone
    pages.ask_pdf(press.session, someone.the_staff, someone.chat, incoming.what, incoming.now)
    return [Toast(press.texts("summary.pdf_coming"))]


def _picture(press: Press, page: int) -> list[Reply]:
    incoming, someone = press.incoming, press.someone
    if not 1 <= page <= MOST_PICTURES:
        raise Refusal("refusal.gone")
    pages.ask_picture(press.session, someone.the_staff, someone.chat, page, incoming.what, incoming.now)
    return [Toast(""), Drawing()]


# What a button does, and how many numbers it bears.
DOES: dict[str, tuple[int, Callable[..., list[Reply]]]] = {
    "page": (1, _turned),
    "seen": (2, _seen),
    "later": (2, _later),
    "off": (3, _put_off),
    "back": (2, _taken_back),
    "settings": (0, _settings),
    "pdf": (0, _pdf),
    "picture": (1, _picture),
}


def keyboard(session: Session, staff: Staff, texts: Texts, now: datetime, number: int = 0) -> Keyboard:
    """Whoever needs a look now and was seen by nobody, a row each; what the reader can still take back, and the PDF and
    the settings below."""
    found = looks_storage.unseen_looks(session, staff.team_id)
    waiting = sorted(found, key=lambda each: (urgency(each[0].state), each[1].pseudonym))
    page = page_of(waiting, LOOKS_A_PAGE, number)
    rows = [
        (
            Button(patient.pseudonym, f"ch:{patient.id}"),
            Button(texts("summary.button.seen"), f"su:seen:{look.id}:{page.number}"),
            Button(texts("summary.button.later"), f"su:later:{look.id}:{page.number}"),
        )
        for look, patient in page.shown
    ]
    more = texts("summary.button.more", count=page.after)
    turning = page.turning(texts("summary.button.earlier"), more, lambda other: f"su:page:{other}")
    below = (
        Button(texts("summary.button.pdf"), "su:pdf"),
        Button(texts("summary.button.settings"), "su:settings"),
    )
    return (*rows, *_undoable(session, staff, texts, now, page.number), *turning, below)


def _undoable(session: Session, staff: Staff, texts: Texts, now: datetime, page: int) -> list[tuple[Button, ...]]:
    """What the reader has seen or put off within the hour."""
    labels = {True: "summary.button.is_seen", False: "summary.button.is_put_off"}
    return [
        (
            Button(texts(labels[look.not_before is None], pseudonym=patient.pseudonym), f"ch:{patient.id}"),
            Button(texts("summary.button.undo"), f"su:back:{look.id}:{page}"),
        )
        for look, patient in looks.can_be_taken_back(session, staff, now)[-LOOKS_A_PAGE:]
    ]


def words(session: Session, staff: Staff, drawing: DrawingRow, texts: Texts, now: datetime) -> Screen:
    """The message, with its buttons as they are when it is sent."""
    return Screen(Html(drawing.caption or ""), keyboard(session, staff, texts, now))


def picture(session: Session, drawing: DrawingRow, texts: Texts) -> Screen | None:
    """A page of the team's picture; None where there is nobody to be shown."""
    if drawing.png is None:
        return None
    team = teams.team_by_id(session, drawing.team_id)
    key = "summary.picture_look" if drawing.kind is DrawingKind.LOOK else "summary.picture"
    caption = texts(key, team=team.name, date=due.local_date(team.time_zone, drawing.as_of))
    if drawing.page >= drawing.pages:
        return Screen(caption, png=drawing.png)
    label = texts("summary.button.picture", page=drawing.page + 1, pages=drawing.pages)
    return Screen(caption, ((Button(label, f"su:picture:{drawing.page + 1}"),),), drawing.png)


def document(session: Session, drawing: DrawingRow) -> Screen | None:
    """The same on paper; None where there is nobody to be shown."""
    if drawing.archive is None:
        return None
    day = due.local_date(teams.team_by_id(session, drawing.team_id).time_zone, drawing.as_of)
    return Screen(Html(drawing.caption or ""), document=(f"infusion-diary-{day}.pdf", drawing.archive))


def _means_settings(typed: str) -> bool:
    said = typed.strip().casefold()
    return said in {str(texts_in(tag)("summary.word_settings")).casefold() for tag in languages()}


def _acknowledged(press: Press, look: Look, weeks: int | None) -> Toast:
    """Whoever comes second is told so; and whoever presses an old button, that there is something new."""
    session, staff, now = press.session, press.someone.the_staff, press.incoming.now
    if not press.incoming.repeated:
        looks.see(session, press.someone.the_team, staff, look, now, weeks)
    if look.seen_by != staff.id:
        return Toast(press.texts("summary.seen_already"))
    latest = looks_storage.latest_looks(session, staff.team_id)[look.patient_id]
    is_old = latest.id != look.id and latest.seen_at is None and latest.over_at is None
    return Toast(press.texts("summary.new_since") if is_old else "")


def _weeks(press: Press, look: Look, page: int) -> Keyboard:
    """For how long a patient is put off."""
    texts, patient = press.texts, patients.patient_of_team(press.session, look.team_id, look.patient_id)
    if patient is None:
        raise Refusal("refusal.gone")
    heading = Button(texts("summary.button.not_before", pseudonym=patient.pseudonym), f"ch:{patient.id}")
    choices = [
        Button(texts.plural("summary.button.weeks", weeks), f"su:off:{look.id}:{weeks}:{page}") for weeks in looks.WEEKS
    ]
    back = Button(texts("summary.button.back"), f"su:page:{page}")
    return ((heading,), *rows_of(choices, 2), (back,))
