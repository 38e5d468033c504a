"""The weekly summary: on the team's day and hour or the clinician's own, once a week, with what each has chosen."""

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from jobs import due, summary_wishes, team_schedule, weekly_summary
from jobs.refusals import Refusal
from storage import chats, drawings, outbox
from storage.database import Database
from storage.models import Drawing, DrawingKind, MessageKind, OutboxMessage, Role, Staff, SummaryBrings, Team
from tests.storage.support import NOW, committing, joined_patient, joined_staff, rows_of, team_of
from tests.whole import so_often

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
# The team was made on a Monday at ten: the next Monday at eight is its first.
FIRST = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


def summaries(session: Session) -> list[OutboxMessage]:
    return [message for message in rows_of(session, OutboxMessage) if message.kind is MessageKind.WEEKLY_SUMMARY]


def test_each_clinician_gets_one_on_the_teams_day_and_nobody_else(database: Database) -> None:
    with committing(database) as session:
        clinicians = [joined_staff(session, account, Role.CLINICIAN) for account in (1, 2)]
        joined_staff(session, 3, Role.COORDINATOR)
        joined_patient(session, 4)
        weekly_summary.run(session, FIRST - timedelta(seconds=1))
        assert summaries(session) == []

        for second in range(3):
            assert weekly_summary.run(session, FIRST + timedelta(seconds=second)) is False
        assert [message.chat_id for message in summaries(session)] == [clinician.chat_id for clinician in clinicians]
        assert {(m.due_at, m.expires_at, m.patient_id) for m in summaries(session)} == {(FIRST, FIRST + DAY, None)}
        for clinician in clinicians:
            session.refresh(clinician)
            assert (clinician.next_summary_at, clinician.last_summary_at) == (FIRST + WEEK, FIRST)


def test_whoever_is_both_gets_one(database: Database) -> None:
    with committing(database) as session:
        member = joined_staff(session, 1, Role.CLINICIAN)
        member.coordinator = True
        session.add(member)
        session.flush()
        weekly_summary.run(session, FIRST)
        assert len(summaries(session)) == 1


@pytest.mark.parametrize(
    ("back_at", "sent"),
    [
        (FIRST + 2 * HOUR, [FIRST]),
        (FIRST + 25 * HOUR, []),
        (FIRST + WEEK, [FIRST + WEEK]),
        (FIRST + WEEK + HOUR, [FIRST + WEEK]),
        (FIRST + 2 * WEEK + 3 * DAY, []),
    ],
    ids=["hours late", "too late", "the next one is due", "the next one is late", "weeks"],
)
def test_after_an_outage_the_latest_comes_if_it_is_not_a_day_late(
    database: Database, back_at: datetime, sent: list[datetime]
) -> None:
    with committing(database) as session:
        clinician = joined_staff(session, 1, Role.CLINICIAN)
        weekly_summary.run(session, back_at)
        while (drawing := drawings.claim(session, owner="me", now=back_at, lease=HOUR)) is not None:
            drawings.finish(session, drawing, b"png", "words")
        sendable = outbox.claim(session, owner="me", now=back_at, lease=HOUR, limit=9)
        assert [m.due_at for m in sendable if m.kind is MessageKind.WEEKLY_SUMMARY] == sent
        session.refresh(clinician)
        assert clinician.next_summary_at is not None
        assert back_at < clinician.next_summary_at <= back_at + WEEK


def test_it_keeps_its_local_hour_across_the_clock_change(database: Database) -> None:
    with committing(database) as session:
        joined_staff(session, 1, Role.CLINICIAN)
        for hour in range(5 * 7 * 24):
            weekly_summary.run(session, NOW + hour * HOUR)
        assert [f"{message.due_at:%m-%d %H:%M}" for message in summaries(session)] == [
            "03-09 08:00",
            "03-16 08:00",
            "03-23 08:00",
            "03-30 07:00",
            "04-06 07:00",
        ]


def test_teams_have_their_own_hours(database: Database) -> None:
    with committing(database) as session:
        for account, (name, zone) in enumerate([("Tokyo", "Asia/Tokyo"), ("Lima", "America/Lima")]):
            team_of(session, name, zone)
            joined_staff(session, account, Role.CLINICIAN, team=name)
        tokyo, lima = (team.id for team in rows_of(session, Team))
        for hour in range(8 * 24):
            session.expire_all()
            weekly_summary.run(session, NOW + hour * HOUR)
        assert [(message.team_id, message.due_at) for message in summaries(session)] == [
            (lima, datetime(2026, 3, 2, 13, 0, tzinfo=UTC)),
            (tokyo, datetime(2026, 3, 8, 23, 0, tzinfo=UTC)),
            (lima, datetime(2026, 3, 9, 13, 0, tzinfo=UTC)),
        ]


def test_one_page_is_drawn_for_all_who_read_the_same_language(database: Database) -> None:
    with committing(database) as session:
        members = [joined_staff(session, account, Role.CLINICIAN) for account in (1, 2, 3)]
        chats.chat_by_id(session, members[2].chat_id).language = "de"
        weekly_summary.run(session, FIRST)
        pages = {drawing.id: drawing.language for drawing in rows_of(session, Drawing)}
        assert sorted(pages.values()) == ["de", "de", "en", "en"], "each on paper too"
        assert [pages[message.drawing_id or 0] for message in summaries(session)] == ["en", "en", "de"]


def test_one_schedule_that_cannot_be_computed_holds_up_no_other_team(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with committing(database) as session:
        joined_staff(session, 1, Role.CLINICIAN)
        joined_staff(session, 2, Role.CLINICIAN, team="Rheumatology")
        team_of(session).time_zone = "Mars/Olympus"
        session.flush()
        weekly_summary.run(session, FIRST)
        assert [message.team_id for message in summaries(session)] == [team_of(session, "Rheumatology").id]
        held_up = rows_of(session, Staff)[0]
        session.refresh(held_up)
        assert held_up.next_summary_at == FIRST + HOUR
    assert "tried again in an hour" in caplog.text


# --- what each has chosen ------------------------------------------------------------------------------------------


def test_each_gets_what_they_have_chosen_and_what_is_alike_is_drawn_once(database: Database) -> None:
    with committing(database) as session:
        members = [joined_staff(session, account, Role.CLINICIAN) for account in (1, 2, 3, 4)]
        for member, brings in zip(
            members[1:], (SummaryBrings.LOOK, SummaryBrings.PDF, SummaryBrings.LOOK), strict=True
        ):
            summary_wishes.choose(session, member, brings, NOW)
        weekly_summary.run(session, FIRST)
        drawn = {drawing.id: drawing.kind for drawing in rows_of(session, Drawing)}
        assert sorted(drawn.values()) == sorted(set(DrawingKind) & set(drawn.values()), key=str), "each kind once"
        whole, look, paper, other_look = (
            [
                (m.kind.value, drawn[m.drawing_id or 0].value)
                for m in rows_of(session, OutboxMessage)
                if m.chat_id == chat
            ]
            for chat in (member.chat_id for member in members)
        )
    assert whole == [
        ("weekly_summary", "summary"),
        ("summary_picture", "summary"),
        ("summary_pdf", "summary_pdf"),
    ]
    assert look == other_look == [("weekly_summary", "look"), ("summary_picture", "look"), ("summary_pdf", "look_pdf")]
    assert paper == [("summary_pdf", "summary_pdf")]


# --- a week has one ------------------------------------------------------------------------------------------------

MONDAY, THURSDAY, FRIDAY, SUNDAY = 0, 3, 4, 6
EIGHT = time(8, 0)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)


def days_of(session: Session) -> list[str]:
    """The days on which summaries were due."""
    return [f"{message.due_at:%a %d}" for message in summaries(session)]


def lives(session: Session, until: datetime, since: datetime = NOW) -> None:
    """Every hour of it."""
    moment = since
    while moment <= until:
        session.expire_all()
        weekly_summary.run(session, moment)
        moment += HOUR


@pytest.mark.parametrize(
    ("changed_at", "to", "days"),
    [
        # The team's is on Friday; this week's is still to come on Thursday, and has come on Saturday.
        ("2026-03-12 12:00", MONDAY, ["Fri 06", "Fri 13", "Mon 16", "Mon 23"]),
        ("2026-03-12 12:00", SUNDAY, ["Fri 06", "Sun 15", "Sun 22"]),
        ("2026-03-14 12:00", SUNDAY, ["Fri 06", "Fri 13", "Sun 22"]),
        ("2026-03-14 12:00", MONDAY, ["Fri 06", "Fri 13", "Mon 16", "Mon 23"]),
        ("2026-03-10 12:00", THURSDAY, ["Fri 06", "Thu 12", "Thu 19"]),
    ],
)
@pytest.mark.parametrize("whose", ["own", "team"])
def test_a_change_neither_leaves_a_week_out_nor_gives_it_two(
    database: Database, changed_at: str, to: int, days: list[str], whose: str
) -> None:
    with committing(database) as session:
        team, reader = team_of(session), joined_staff(session, 1, Role.CLINICIAN)
        wanted = {"summary_weekday": FRIDAY, "summary_time": "08:00"}
        team_schedule.change(session, "staff:9", team, wanted, NOW)
        lives(session, local(changed_at))
        if whose == "own":
            summary_wishes.choose_time(session, team, reader, to, EIGHT, local(changed_at))
        else:
            team_schedule.change(session, "staff:9", team, {**wanted, "summary_weekday": to}, local(changed_at))
        lives(session, local("2026-03-24 23:00"), local(changed_at))
        assert days_of(session) == days


CHANGES = st.lists(st.tuples(st.integers(0, 27 * 24), st.integers(0, 6), st.integers(0, 23), st.booleans()), max_size=6)


@given(CHANGES)
@settings(max_examples=so_often(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_often_day_and_hour_change_each_week_has_one(
    sqlite_database: Database, changes: list[tuple[int, int, int, bool]]
) -> None:
    """The clinician goes over to a day of their own and back to the team's, which moves too."""
    with committing(sqlite_database) as session:
        team, reader = team_of(session), joined_staff(session, 1, Role.CLINICIAN, now=NOW - HOUR * 3)
        reader.next_summary_at = NOW - HOUR * 2
        at_hour = {hours: (weekday, time(at), own) for hours, weekday, at, own in changes}
        for hour in range(28 * 24 - 11):
            now = NOW + hour * HOUR
            session.expire_all()
            weekly_summary.run(session, now)
            if hour in at_hour:
                weekday, at, own = at_hour[hour]
                with suppress(Refusal):
                    if own:
                        summary_wishes.choose_time(session, team, reader, weekday, at, now)
                    else:
                        wanted = {"summary_weekday": weekday, "summary_time": at.isoformat("minutes")}
                        team_schedule.change(session, "staff:9", team, wanted, now)
                        summary_wishes.choose_time(session, team, reader, None, None, now)
        weeks = [due.week_of("Europe/London", message.due_at).day for message in summaries(session)]
        session.rollback()
    assert weeks[:4] == [2, 9, 16, 23]


def test_going_back_to_the_teams_day_leaves_no_week_out(database: Database) -> None:
    """Own Friday, the team's Monday has passed: this week's still comes on Friday, the next with the team."""
    with committing(database) as session:
        team, reader = team_of(session), joined_staff(session, 1, Role.CLINICIAN)
        summary_wishes.choose_time(session, team, reader, FRIDAY, EIGHT, NOW)
        lives(session, local("2026-03-12 12:00"))
        summary_wishes.choose_time(session, team, reader, None, None, local("2026-03-12 12:00"))
        lives(session, local("2026-03-24 08:00"), local("2026-03-12 12:00"))
        assert days_of(session) == ["Fri 06", "Fri 13", "Mon 16", "Mon 23"]


def test_whoever_has_a_day_of_their_own_keeps_it_when_the_teams_changes(database: Database) -> None:
    with committing(database) as session:
        team, reader = team_of(session), joined_staff(session, 1, Role.CLINICIAN)
        summary_wishes.choose_time(session, team, reader, FRIDAY, EIGHT, NOW)
        wanted = {"summary_weekday": THURSDAY, "summary_time": "08:00"}
        team_schedule.change(session, "staff:9", team, wanted, NOW)
        lives(session, local("2026-03-14 08:00"))
        assert days_of(session) == ["Fri 06", "Fri 13"]
