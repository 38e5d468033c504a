"""What a team has set, on one page: times, what people read in each language, alerts with what they cost, questions,
staff. Whatever is changed is changed in the pane, by the chat's own forms."""

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.previews import KINDS, Example, preview
from bot.desk.visits import Desk, Visit
from bot.replies import Keyboard, Screen
from bot.team import history, team_forms, team_questions
from bot.team.alert_forms import readers_in_words, rule_in_words
from bot.team.alert_letters import lookback_words
from bot.team.alert_unseen_form import escalation_now
from bot.team.question_forms import asked_by
from bot.team.staff_screen import link_lines, links_shown
from bot.team.staff_words import called, roles_in_words
from bot.team.team_schedule_forms import words_of
from bot.texts import Html, Texts, languages, texts_in
from jobs import alert_settings, alerts, due, lookback, team_schedule
from storage import alerts as stored
from storage import patients, teams
from storage.models import Staff
from storage.questions import STANDARD

# The chat's forms about the schedule, by name: the columns that each sets.
SCHEDULE: dict[str, tuple[str, ...]] = {
    "telephone": ("telephone",),
    "prompt_time": ("prompt_time",),
    "follow_up": ("follow_up_after",),
    "silence": ("silent_after",),
    "leads": ("reminder_leads",),
    "reminder_time": ("reminder_time",),
    "confirmation": ("confirmation_time",),
    "chairs": ("chairs",),
    "summary": ("summary_weekday", "summary_time"),
}
# What in a message the team has in its hands, and the presses that change it; `{language}`: of the preview.
CHANGED_BY = {
    "prompt": (("questions.button.add", "qu:add"),),
    "follow_up": (("team.button.team_follow_up", "te:team_follow_up"),),
    "reminder": (("team.button.instructions", "te:instructions f:instructions:of:{language}"),),
    "moved": (("team.button.team_telephone", "te:team_telephone"),),
    "alert": (("alerts.button.words", "al:words f:alert_words:for:{language}"),),
    "confirming": (),
}
OPEN_TO_ALL = ("qu:", "al:")
# Of whom a rule would have told most.
MOST_NAMED = 5
# What was changed last, of the team and of its patients.
MOST_CHANGES = 5


@dataclass(frozen=True)
class Setting:
    """A line of the schedule. `data`: the press that changes it."""

    name: Html
    value: Html
    data: str


@dataclass(frozen=True)
class Message:
    """One that people get, and what of it can be changed: by the words on a button, its presses."""

    kind: str
    screen: Screen | None
    changes: tuple[tuple[Html, str], ...]

    @property
    def keyboard(self) -> Keyboard:
        return self.screen.keyboard if self.screen is not None else ()


@dataclass(frozen=True)
class RuleLine:
    number: int
    words: Html


@dataclass(frozen=True)
class MemberLine:
    """`opens`: whether the reader can open what is known of them."""

    number: int
    who: Html
    roles: Html
    since: str
    is_you: bool
    is_unreachable: bool
    opens: bool


def team_routes(desk: Desk) -> list[Route]:
    return [desk.page("/desk/team", _team), desk.page("/desk/team/lookback/{rule}", _lookback)]


def _team(visit: Visit) -> Response:
    session, team, texts = visit.session, visit.team, visit.texts
    # What is asked for in no language that is spoken here comes in the reader's own.
    asked = visit.query.get("language", "")
    language = asked if asked in languages() else texts.language
    rules = stored.rules_of(session, team.id)
    links = links_shown(session, visit.staff, visit.now)
    return visit.shows(
        "team.html",
        settings=_settings(visit),
        languages={tag: texts_in(tag)("language.name") for tag in languages()},
        language=language,
        messages=_messages(visit, language),
        rules=[RuleLine(rule.id, rule_in_words(session, rule, texts)) for rule in rules],
        may_add=len(rules) < alert_settings.MOST_RULES,
        readers=readers_in_words(texts, everyone=team.alerts_to_coordinators),
        unseen=escalation_now(session, team, texts),
        questions=team_questions.overview(session, visit.someone),
        members=_members(visit),
        changes=history.changes_of(session, visit.someone, None, visit.now)[:MOST_CHANGES] if visit.coordinates else [],
        links=list(zip(links, link_lines(session, links, visit.someone, texts), strict=True)),
    )


def _settings(visit: Visit) -> list[Setting]:
    team, texts = visit.team, visit.texts
    lines = [
        Setting(texts(f"team.of.{name}"), words_of(team_schedule.facts(team, columns), texts), f"te:team_{name}")
        for name, columns in SCHEDULE.items()
    ]
    return [*lines, Setting(texts("team.button.prices"), team_forms.set_now(team, texts), "te:prices")]


def _messages(visit: Visit, language: str) -> list[Message]:
    asked = (*STANDARD, *asked_by(visit.session, visit.team))
    example = Example(visit.team, asked, visit.now)
    return [Message(kind, preview(kind, example, language), _changes(kind, visit, language)) for kind in KINDS]


def _changes(kind: str, visit: Visit, language: str) -> tuple[tuple[Html, str], ...]:
    """Those that the reader may make."""
    return tuple(
        (visit.texts(key), data.format(language=language))
        for key, data in CHANGED_BY[kind]
        if visit.coordinates or data.startswith(OPEN_TO_ALL)
    )


def _members(visit: Visit) -> list[MemberLine]:
    mine, texts = visit.staff, visit.texts
    return [
        MemberLine(
            member.id,
            called(member, texts),
            roles_in_words(member, texts),
            _since(member, visit, texts),
            member.id == mine.id,
            chat.unreachable_since is not None,
            mine.coordinator or member.id == mine.id,
        )
        for member, chat in teams.members_of(visit.session, visit.team.id)
    ]


def _since(member: Staff, visit: Visit, texts: Texts) -> str:
    return texts.day(due.local_date(visit.team.time_zone, member.joined_at))


def _lookback(visit: Visit) -> Response:
    """What a rule would have told: fetched by itself, since it reads three months of everybody's answers."""
    session, team = visit.session, visit.team
    rule = next((each for each in stored.rules_of(session, team.id) if str(each.id) == visit.path["rule"]), None)
    if rule is None:
        # It has ended since the page was made.
        return Response(status_code=204)
    (would,) = lookback.look_back(session, team, [(rule.item, alerts.rule_of(rule))], visit.now)
    codes = {patient.id: patient.pseudonym for patient in patients.patients_of(session, team.id)}
    most = sorted(
        ((codes[key], times) for key, times in would.by_patient.items()), key=lambda each: (-each[1], each[0])
    )
    return visit.shows(
        "team_lookback.html",
        words=lookback_words(would, visit.texts),
        would=would,
        # Whose answers met a rule is for those who may hear of alerts, as in the history.
        most=most[:MOST_NAMED] if visit.reads_answers or team.alerts_to_coordinators else [],
    )
