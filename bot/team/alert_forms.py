"""`/alerts`: which answers a team is told of, by buttons, and what a patient then reads; and *Seen* below an alert."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlmodel import Session

from bot.dialogues.form import Form, Instead, Question, Values
from bot.dialogues.sure import sure_question
from bot.dialogues.wording import anchors_of, name_of
from bot.filling import ALL_STAFF, Filling, Procedure, opened
from bot.replies import Button, Incoming, Keyboard, Reply, Rewrite, Say, Screen, Toast, number_in
from bot.team import alert_letters
from bot.team.alert_letters import lookback_words, rule_words, words_of
from bot.team.alert_unseen_form import UNSEEN, escalation_now
from bot.texts import Html, Texts, languages, texts_in
from jobs import alert_settings, lookback
from jobs import alerts as alert_jobs
from jobs.alert_settings import HIGHEST_THRESHOLD, LONGEST_WORDS, MOST_DAYS, Wanted
from jobs.doubts import doubt_of_words
from jobs.refusals import Refusal
from storage import alerts, outbox, questions, queued
from storage.chats import Someone
from storage.models import AlertKind, AlertRule, Team
from storage.questions import DiaryQuestion

# al:, al:add, al:words, al:unseen, al:end:3, al:readers:all, al:readers:clinicians
_DATA = re.compile(r"al:(?:|(add|words|unseen)|(end):[0-9]{1,9}|readers:(all|clinicians))", re.ASCII)
# By its button alone: what is typed is what patients read.
USUAL = Instead("usual")


@dataclass(frozen=True)
class AlertFacts:
    """The team of whoever fills the form in, its rules, and what one can be about; `rule`: the one that is to end."""

    filling: Filling
    team: Team
    rules: list[AlertRule]
    offered: tuple[DiaryQuestion, ...]
    rule: AlertRule | None = None

    @property
    def the_rule(self) -> AlertRule:
        assert self.rule is not None  # loaded by _load_rule
        return self.rule

    def asked(self, values: Values) -> DiaryQuestion:
        """What the rule is to be about."""
        return next(each for each in self.offered if each.key == values["item"])

    def in_words(self, rule: AlertRule, texts: Texts) -> Html:
        return rule_in_words(self.filling.session, rule, texts)


def rule_in_words(session: Session, rule: AlertRule, texts: Texts) -> Html:
    return words_of(rule, questions.question_called(session, rule.team_id, rule.item), texts)


def overview(session: Session, _incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/alerts`: the rules, who is told, and a button for each thing that can be changed."""
    return [Say(_overview(session, someone))]


def pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button below it."""
    found = _DATA.fullmatch(incoming.data)
    if found is None:
        return [Toast(texts_in(someone.chat.language)("form.old_button"))]
    form, end, who = found.groups()
    if form or end or who:
        return opened(OPENED[form or end or who], session, incoming, someone, {"id": number_in(incoming.data)})
    return [Toast(""), Rewrite(incoming.message_id, _overview(session, someone))]


def seen_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """*Seen*: acknowledged by one for all. Whoever comes second is told that somebody has seen it."""
    texts, staff, number = texts_in(someone.chat.language), someone.the_staff, number_in(incoming.data)
    alert = alerts.alert_of_team(session, staff.team_id, number) if number is not None else None
    if alert is None:
        raise Refusal("refusal.gone")
    for message in queued.messages_of_alert(session, staff.team_id, alert.id):
        if message.chat_id == someone.chat.id and not incoming.pane:
            outbox.prove_delivered(session, message, incoming.message_id, incoming.now)
    alert_jobs.acknowledge(session, staff, alert, incoming.message_id, incoming.now)
    shown = alert_letters.screen(session, alert, staff, texts)
    if shown is None:
        raise Refusal("refusal.gone")
    is_mine = alert.acknowledged_by == staff.id
    return [Toast("" if is_mine else texts("alert.seen_already")), Rewrite(incoming.message_id, shown)]


def _overview(session: Session, someone: Someone) -> Screen:
    texts, team = texts_in(someone.chat.language), someone.the_team
    rules = alerts.rules_of(session, team.id)
    lines = [
        texts("alerts.line", number=k, rule=rule_in_words(session, rule, texts)) for k, rule in enumerate(rules, 1)
    ]
    everyone = team.alerts_to_coordinators
    text = texts(
        "alerts.overview",
        minutes=alert_jobs.GRACE // timedelta(minutes=1),
        rules=Html("\n".join(lines or [texts("alerts.none")])),
        readers=readers_in_words(texts, everyone=everyone),
    )
    text = Html(f"{text}\n{texts('alerts.unseen', what=escalation_now(session, team, texts))}")
    rows = [(Button(texts("alerts.button.end", number=k), f"al:end:{rule.id}"),) for k, rule in enumerate(rules, 1)]
    if len(rules) < alert_settings.MOST_RULES:
        rows.append((Button(texts("alerts.button.add"), "al:add"),))
    rows.append((Button(texts("alerts.button.words"), "al:words"),))
    label = texts("alerts.button.clinicians" if everyone else "alerts.button.all")
    rows.append((Button(label, f"al:readers:{'clinicians' if everyone else 'all'}"),))
    rows.append((Button(texts("alerts.button.unseen"), "al:unseen"),))
    return Screen(text, tuple(rows))


def readers_in_words(texts: Texts, *, everyone: bool) -> Html:
    return texts("alerts.readers_all" if everyone else "alerts.readers_clinicians")


def _done(text: Html, texts: Texts) -> Screen:
    back: Keyboard = ((Button(texts("alerts.button.back"), "al:"),),)
    return Screen(text, back)


def _load(filling: Filling) -> AlertFacts:
    team = filling.team
    can_be_about = alert_settings.can_be_about(filling.session, team)
    return AlertFacts(filling, team, alerts.rules_of(filling.session, team.id), can_be_about)


def _load_with_room(filling: Filling) -> AlertFacts:
    alert_settings.check_room(filling.session, filling.team)
    return _load(filling)


def _load_rule(filling: Filling) -> AlertFacts:
    facts = _load(filling)
    rule = next((rule for rule in facts.rules if rule.id == filling.subject["id"]), None)
    if rule is None:
        raise Refusal("refusal.gone")
    return replace(facts, rule=rule)


def _one_of(known: tuple[str, ...], value: str) -> str:
    said = value.strip().lower()
    if said not in known:
        raise Refusal("refusal.alert_choose")
    return said


def _number(most: int, value: str) -> int:
    return int(_one_of(tuple(str(number) for number in range(1, most + 1)), value))


def _wanted(values: Values) -> Wanted:
    return Wanted(values["item"], AlertKind(values["kind"]), values["threshold"], values["days"])


def _check(facts: AlertFacts, values: Values) -> None:
    if "days" in values:
        alert_settings.check(facts.filling.session, facts.team, _wanted(values))


def _read_item(value: str, facts: AlertFacts, _values: Values) -> str:
    return _one_of(tuple(each.key for each in facts.offered), value)


def _ask_threshold(texts: Texts, facts: AlertFacts, values: Values) -> Html:
    """With what the ends of the scale mean: of a team's own question 10 may be the good one."""
    key = "alert_rule.ask_value" if values["kind"] == AlertKind.VALUE else "alert_rule.ask_rise"
    about = facts.asked(values)
    return Html(f"{texts(key, item=name_of(about, texts))}\n{anchors_of(about, texts)}")


def _ask_days(texts: Texts, facts: AlertFacts, values: Values) -> Html:
    so_far = rule_words(facts.asked(values), AlertKind(values["kind"]), values["threshold"], 1, texts)
    return texts("alert_rule.ask_days", rule=so_far)


def _numbers(most: int) -> list[tuple[str, str]]:
    return [(str(number), str(number)) for number in range(1, most + 1)]


def _preview_rule(texts: Texts, facts: AlertFacts, values: Values) -> Html:
    wanted, filling = _wanted(values), facts.filling
    (would,) = lookback.look_back(filling.session, facts.team, [(wanted.item, wanted.rule)], filling.now)
    rule = rule_words(facts.asked(values), wanted.kind, wanted.threshold, wanted.days, texts)
    return texts("alert_rule.preview", rule=rule, lookback=lookback_words(would, texts))


def _apply_rule(filling: Filling, facts: AlertFacts, values: Values) -> Screen:
    texts, now = filling.texts, filling.now
    rule = alert_settings.add_rule(filling.session, filling.actor, facts.team, _wanted(values), now)
    return _done(texts("alert_rule.done", rule=facts.in_words(rule, texts)), texts)


def _preview_end(texts: Texts, facts: AlertFacts, _values: Values) -> Html:
    return texts("alert_end.preview", rule=facts.in_words(facts.the_rule, texts))


def _apply_end(filling: Filling, facts: AlertFacts, _values: Values) -> Screen:
    texts = filling.texts
    alert_settings.end_rule(filling.session, filling.actor, facts.the_rule, filling.now)
    return _done(texts("alert_end.done", rule=facts.in_words(facts.the_rule, texts)), texts)


def _ask_words(texts: Texts, facts: AlertFacts, values: Values) -> Html:
    spoken = texts_in(values["for"])
    now = (facts.team.alert_words or {}).get(values["for"]) or spoken("alert.usual_words")
    return texts("alert_words.ask", most=LONGEST_WORDS, language=spoken("language.name"), now=now)


def _read_words(value: str, *_: object) -> str:
    words = value.strip()
    alert_settings.check_words(words)
    return words


def _preview_words(texts: Texts, facts: AlertFacts, values: Values) -> Html:
    shown = alert_letters.notice(facts.team, texts_in(values["for"]), values["words"] or "")
    return texts("alert_words.preview", notice=shown)


def _apply_words(filling: Filling, facts: AlertFacts, values: Values) -> Screen:
    texts, now = filling.texts, filling.now
    alert_settings.set_words(filling.session, filling.actor, facts.team, values["for"], values["words"], now)
    return _done(texts("alert_words.done", language=texts_in(values["for"])("language.name")), texts)


def _load_readers(filling: Filling, *, everyone: bool) -> AlertFacts:
    facts = _load(filling)
    if facts.team.alerts_to_coordinators == everyone:
        raise Refusal("refusal.gone")
    return facts


def _apply_readers(filling: Filling, facts: AlertFacts, *, everyone: bool) -> Screen:
    texts = filling.texts
    alert_settings.set_readers(filling.session, filling.actor, facts.team, coordinators=everyone, now=filling.now)
    return _done(texts("alert_readers.done", readers=readers_in_words(texts, everyone=everyone)), texts)


def _readers_form(name: str, preview: str, *, everyone: bool) -> Procedure:
    """Who is told: it lets coordinators read single answers, or no more, so it is asked about before."""
    return Procedure(
        Form(name, (), lambda texts, *_: texts(preview)),
        lambda filling: _load_readers(filling, everyone=everyone),
        lambda filling, facts, _: _apply_readers(filling, facts, everyone=everyone),
        roles=ALL_STAFF,
    )


READERS = {
    "all": _readers_form("alert_readers_all", "alert_readers.preview_all", everyone=True),
    "clinicians": _readers_form("alert_readers_clinicians", "alert_readers.preview_clinicians", everyone=False),
}
ADD = Procedure(
    Form(
        "alert_rule",
        (
            Question(
                "item",
                lambda texts, *_: texts("alert_rule.ask_item"),
                _read_item,
                lambda texts, facts, _: [(texts.show(name_of(each, texts)), each.key) for each in facts.offered],
                width=1,
            ),
            Question(
                "kind",
                lambda texts, facts, values: texts("alert_rule.ask_kind", item=name_of(facts.asked(values), texts)),
                lambda value, *_: _one_of(tuple(AlertKind), value),
                lambda texts, *_: [
                    (texts("alert_rule.button.value"), AlertKind.VALUE.value),
                    (texts("alert_rule.button.rise"), AlertKind.RISE.value),
                ],
                width=1,
            ),
            Question(
                "threshold",
                _ask_threshold,
                lambda value, *_: _number(HIGHEST_THRESHOLD, value),
                lambda *_: _numbers(HIGHEST_THRESHOLD),
                width=5,
            ),
            Question(
                "days",
                _ask_days,
                lambda value, *_: _number(MOST_DAYS, value),
                lambda *_: _numbers(MOST_DAYS),
                width=7,
            ),
        ),
        _preview_rule,
        _check,
    ),
    _load_with_room,
    _apply_rule,
    lambda facts: [[rule.id for rule in facts.rules], [each.key for each in facts.offered]],
    roles=ALL_STAFF,
)
END = Procedure(Form("alert_end", (), _preview_end), _load_rule, _apply_end, roles=ALL_STAFF)
WORDS = Procedure(
    Form(
        "alert_words",
        (
            # Not called "language": the form itself is read in the language of whoever fills it in.
            Question(
                "for",
                lambda texts, *_: texts("alert_words.ask_language"),
                lambda value, *_: _one_of(tuple(languages()), value),
                lambda *_: [(texts_in(tag)("language.name"), tag) for tag in languages()],
                width=1,
            ),
            Question(
                "words",
                _ask_words,
                _read_words,
                lambda texts, *_: [(texts("alert_words.button.usual"), USUAL.data)],
                instead=(USUAL,),
            ),
            sure_question(lambda _facts, values: doubt_of_words(values["words"] or "")),
        ),
        _preview_words,
    ),
    _load,
    _apply_words,
    lambda facts: facts.team.alert_words,
    longest=LONGEST_WORDS + 1,
    roles=ALL_STAFF,
)
# What stands in a button -> the form.
OPENED = {"add": ADD, "end": END, "words": WORDS, "unseen": UNSEEN, **READERS}
PROCEDURES = {procedure.form.name: procedure for procedure in OPENED.values()}
