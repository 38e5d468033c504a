"""`/questions`: what a team asks beside the four items, for its coordinators and clinicians."""

from sqlmodel import Session

from bot.dialogues.wording import anchors_of, name_of
from bot.filling import Procedure, opened
from bot.replies import Button, Incoming, Keyboard, Reply, Rewrite, Say, Screen, Toast, number_in
from bot.team.question_forms import ADDING, STAIRS_FORM, STOPPING, asked_by, names_of
from bot.texts import Html, Texts, nearest_language, texts_in
from jobs import item_sets
from jobs.refusals import Refusal
from storage import questions
from storage.chats import Someone
from storage.models import STAIRS
from storage.questions import STANDARD, DiaryQuestion


def questions_typed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/questions`: the list, and a button for each change."""
    return [Say(overview(session, someone))]


def questions_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button below it: the list again, or a form. Refusal for what is no button of ours."""
    what, number = incoming.data.removeprefix("qu:").partition(":")[0], number_in(incoming.data)
    if what == "":
        return [Toast(""), Rewrite(incoming.message_id, overview(session, someone))]
    procedure = _procedure(what, someone)
    if procedure is None or (procedure is STOPPING and number is None):
        raise Refusal("refusal.gone")
    return opened(procedure, session, incoming, someone, {"id": number})


def _procedure(what: str, someone: Someone) -> Procedure | None:
    if what == "add":
        return ADDING[nearest_language(someone.chat.language)]
    return {"stop": STOPPING, "stairs": STAIRS_FORM}.get(what)


def overview(session: Session, someone: Someone) -> Screen:
    """What is asked beside the four, and a button for each change."""
    texts, team = texts_in(someone.chat.language), someone.the_team
    asked, latest = asked_by(session, team), questions.latest_set(session, team.id, None)
    lines = [_line(each, texts) for each in asked] or [texts("questions.none")]
    since = texts("questions.since", date=latest.valid_from) if latest is not None else ""
    chosen = [s for s in questions.latest_sets_of_patients(session, team.id).values() if s.items is not None]
    others = texts.plural("questions.chosen", len(chosen)) if chosen else Html("")
    text = texts(
        "questions.list",
        team=team.name,
        standard=names_of(STANDARD, texts),
        since=since,
        lines=Html("\n".join(lines)),
        chosen=others,
        most=item_sets.MOST_OWN,
    )
    return Screen(text, _buttons(asked, texts))


def _line(asked: DiaryQuestion, texts: Texts) -> Html:
    name = name_of(asked, texts)
    if not asked.wording:
        return texts("questions.line_ours", name=name)
    spoken = ", ".join(texts_in(tag)("language.name") for tag in asked.wording)
    return texts("questions.line", name=name, anchors=anchors_of(asked, texts), languages=spoken)


def _buttons(asked: list[DiaryQuestion], texts: Texts) -> Keyboard:
    own = [each for each in asked if each.wording]
    rows: list[tuple[Button, ...]] = []
    if len(own) < item_sets.MOST_OWN:
        rows.append((Button(texts("questions.button.add"), "qu:add"),))
    on = any(each.key == STAIRS for each in asked)
    rows.append((Button(texts("questions.button.stairs_off" if on else "questions.button.stairs_on"), "qu:stairs"),))
    for each in own:
        stop = texts("questions.button.stop", name=name_of(each, texts))
        rows.append((Button(stop, f"qu:stop:{each.key.removeprefix('own:')}"),))
    return tuple(rows)
