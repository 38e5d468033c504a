"""The weekly summary: on the team's day and hour, once a clinician."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from jobs import weekly_summary
from storage import chats, drawings, outbox
from storage.database import Database
from storage.models import Drawing, MessageKind, OutboxMessage, Role, Team
from tests.storage.support import NOW, committing, joined_patient, joined_staff, rows_of, team_of

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
# The team was made on a Monday at ten: the next Monday at eight is its first.
FIRST = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


def summaries(session: Session) -> list[OutboxMessage]:
    return [message for message in rows_of(session, OutboxMessage) if message.kind is MessageKind.WEEKLY_SUMMARY]


def test_each_clinician_gets_one_on_the_teams_day_and_nobody_else(database: Database) -> None:
    with committing(database) as session:
        team = team_of(session)
        clinicians = [joined_staff(session, account, Role.CLINICIAN) for account in (1, 2)]
        joined_staff(session, 3, Role.COORDINATOR)
        joined_patient(session, 4)
        weekly_summary.run(session, FIRST - timedelta(seconds=1))
        assert summaries(session) == []

        for second in range(3):
            assert weekly_summary.run(session, FIRST + timedelta(seconds=second)) is False
        assert [message.chat_id for message in summaries(session)] == [clinician.chat_id for clinician in clinicians]
        assert {(m.due_at, m.expires_at, m.patient_id) for m in summaries(session)} == {(FIRST, FIRST + DAY, None)}
        session.refresh(team)
        assert team.next_summary_at == FIRST + WEEK


def test_whoever_is_both_gets_one(database: Database) -> None:
    with committing(database) as session:
        member = joined_staff(session, 1, Role.CLINICIAN)
        member.coordinator = True
        session.add(member)
        session.flush()
        weekly_summary.run(session, FIRST)
        assert len(summaries(session)) == 1


def test_a_team_without_clinicians_moves_on(database: Database) -> None:
    with committing(database) as session:
        team = team_of(session)
        weekly_summary.run(session, FIRST)
        assert summaries(session) == []
        session.refresh(team)
        assert team.next_summary_at == FIRST + WEEK


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
        team = team_of(session)
        joined_staff(session, 1, Role.CLINICIAN)
        weekly_summary.run(session, back_at)
        while (drawing := drawings.claim(session, owner="me", now=back_at, lease=HOUR)) is not None:
            drawings.finish(session, drawing, b"png", "words")
        sendable = outbox.claim(session, owner="me", now=back_at, lease=HOUR, limit=9)
        assert [message.due_at for message in sendable] == sent
        session.refresh(team)
        assert team.next_summary_at is not None
        assert back_at < team.next_summary_at <= back_at + WEEK


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
        assert sorted(pages.values()) == ["de", "en"]
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
        session.refresh(team_of(session))
        assert team_of(session).next_summary_at == FIRST + HOUR
    assert "tried again in an hour" in caplog.text
