"""The day of a team, in which it can be expected to read: hours are counted by its own clock, from eight to eight."""

from datetime import datetime, time, timedelta

from jobs import due

BEGINS, ENDS = time(8), time(20)
# When hardly anybody is at it, and what has served its purpose is deleted.
NIGHT = time(3, 30)
_DAY = timedelta(days=1)


def after(zone: str, instant: datetime, minutes: int) -> datetime:
    """The moment by which so many minutes of the team's days have passed since `instant` (aware), in UTC.

    Two hours after seven in the evening it is nine the next morning.
    """
    left, day = timedelta(minutes=minutes), due.local_date(zone, instant)
    while True:
        begins, ends = (due.local_moment(zone, day, at) for at in (BEGINS, ENDS))
        from_ = max(begins, instant)
        if from_ + left <= ends:
            return from_ + left
        left -= max(ends - from_, timedelta(0))
        day += _DAY
