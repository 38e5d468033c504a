"""What people type: read when it has one meaning, otherwise not at all."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import reading
from jobs.reading import parse_number, parse_time, parse_zone, zone_suggestions
from jobs.refusals import Refusal

TODAY = date(2026, 1, 15)
LOCALES = ("en_GB", "fr", "de")


def parse_date(text: str, today: date, locales: tuple[str, ...] = LOCALES) -> date | None:
    return reading.parse_date(text, today, locales)


@pytest.mark.parametrize(
    "text", ["18:30", "18.30", "18h30", "18 h 30", "1830", "6:30pm", "6.30 p.m.", " 6:30 PM ", "18:30 Uhr"]
)
def test_half_past_six_is_read_however_it_is_written(text: str) -> None:
    assert parse_time(text) == time(18, 30)


@pytest.mark.parametrize("text", ["18:00", "18", "18h", "6 pm", "6pm", "18 Uhr", "18 heures", "1800"])
def test_six_in_the_evening_is_read_however_it_is_written(text: str) -> None:
    assert parse_time(text) == time(18)


def test_twelve_am_is_midnight_and_twelve_pm_is_noon() -> None:
    assert parse_time("12 am") == time(0)
    assert parse_time("12 pm") == time(12)


@pytest.mark.parametrize(
    "text", ["", "evening", "24:00", "25:00", "18:60", "13 pm", "0 am", "18:5", "18:00:00", "-1", "1 8", "２5"]
)
def test_what_is_no_time_is_not_read(text: str) -> None:
    assert parse_time(text) is None


@given(st.times())
def test_every_time_of_day_reads_back(at: time) -> None:
    minute = at.replace(second=0, microsecond=0)
    for form in ("%H:%M", "%H.%M", "%Hh%M", "%H%M", "%I:%M %p"):
        assert parse_time(minute.strftime(form)) == minute


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-12",
        "12.3.2026",
        "12.03.26",
        "12/3",
        "12.3.",
        "12 Mar",
        "12 March 2026",
        "March 12, 2026",
        "12th of March",
        "12. März",
        "12 mars 2026",
        "12. Maerz",
        "12 mrz 2026",
        "Thu 12 Mar 2026",
        "Thursday, 12 March",
        "jeu. 12 mars 2026",
        "Do. 12. März 2026",
        "Donnerstag, 12.3.2026",
        "Thu March 12",
    ],
)
def test_the_twelfth_of_march_is_read_however_it_is_written(text: str) -> None:
    assert parse_date(text, TODAY) == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, date(2026, 1, 15)) for text in ("today", "heute", "aujourdhui")),
        *((text, date(2026, 1, 16)) for text in ("tomorrow", "Morgen", "demain")),
        *((text, date(2026, 1, 17)) for text in ("day after tomorrow", "uebermorgen", "apres demain")),
        *((text, date(2026, 1, 14)) for text in ("gestern", "hier")),
        ("après-demain", date(2026, 1, 17)),
        ("übermorgen", date(2026, 1, 17)),
        ("aujourd’hui", date(2026, 1, 15)),
        ("yesterday", date(2026, 1, 14)),
        (" day  after\ttomorrow ", date(2026, 1, 17)),
    ],
)
def test_near_days_have_names(text: str, expected: date) -> None:
    assert parse_date(text, TODAY) == expected


def test_a_weekday_that_is_not_that_days_is_not_overlooked() -> None:
    assert parse_date("Fri 12 Mar 2026", TODAY) is None
    assert parse_date("vendredi 12 mars", TODAY) is None
    assert parse_date("Foo 12 Mar 2026", TODAY) is None
    # "Di" is Sunday in French and Tuesday in German.
    assert parse_date("di 8 mars 2026", TODAY) == date(2026, 3, 8)
    assert parse_date("Di 10. März 2026", TODAY) == date(2026, 3, 10)
    assert parse_date("Di 9. März 2026", TODAY) is None


def test_any_language_of_cldr_can_be_read_and_what_two_contradict_each_other_on_is_not() -> None:
    assert parse_date("12 maart 2026", TODAY) is None
    assert parse_date("12 maart 2026", TODAY, ("en_GB", "nl")) == date(2026, 3, 12)
    assert parse_date("12 марта 2026", TODAY, ("ru",)) == date(2026, 3, 12)
    # October in Croatian, November in Polish.
    assert parse_date("12 listopad 2026", TODAY, ("en_GB", "hr", "pl")) is None
    assert parse_date("12 listopad 2026", TODAY, ("pl", "hr")) == date(2026, 11, 12)


def test_a_beginning_that_two_months_share_is_not_read() -> None:
    assert parse_date("12 juil 2026", TODAY) == date(2026, 7, 12)
    assert parse_date("12 jui 2026", TODAY) is None
    assert parse_date("12 ma 2026", TODAY) is None


@pytest.mark.parametrize("text", ["12 sep", "12 septem", "12 septe 2026", "12. Septemb. 2026", "septembe 12"])
def test_a_beginning_that_is_one_months_alone_is_read(text: str) -> None:
    assert parse_date(text, TODAY) == date(2026, 9, 12)


def test_three_letters_are_a_beginning_of_a_month_and_two_are_none() -> None:
    assert parse_date("12 fev", TODAY) == date(2026, 2, 12)
    assert parse_date("12 se", TODAY) is None


@pytest.mark.parametrize("text", ["12. Jänner", "12 janner", "12. Jaenner 2026", "12 Jän"])
def test_austrias_january_is_one_too(text: str) -> None:
    assert parse_date(text, TODAY) == date(2026, 1, 12)


def test_the_day_comes_before_the_month() -> None:
    assert parse_date("3/4", TODAY) == date(2026, 4, 3)
    assert parse_date("3/13", TODAY) is None


def test_without_a_year_sixty_days_back_are_past_and_sixty_one_are_to_come() -> None:
    assert parse_date("16 Nov", TODAY) == date(2025, 11, 16)
    assert parse_date("15 Nov", TODAY) == date(2026, 11, 15)
    assert parse_date("15 Jan", TODAY) == TODAY
    assert parse_date("14 Jan", TODAY) == date(2026, 1, 14)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("31 Feb", date(2026, 2, 28)),
        ("29 Feb", date(2026, 2, 28)),
        ("29.2.2026", date(2026, 2, 28)),
        ("30.2.28", date(2028, 2, 29)),
        ("29 février 2100", date(2100, 2, 28)),
        ("2026-02-31", date(2026, 2, 28)),
        ("Tue 31 April", date(2026, 4, 30)),
        ("31. April", date(2026, 4, 30)),
        ("am", None),
        ("32 December 2025", date(2025, 12, 31)),
        ("31/11", date(2025, 11, 30)),
        ("0 March", None),
        ("3/13", None),
        ("31 Foo", None),
        ("30 Feb 0000", None),
        ("30 Feb 0001", date(1, 2, 28)),
        ("31.0.2026", None),
        ("28 Feb 2026", None),
        ("12 March", None),
        ("Di 9. März 2026", None),
    ],
)
def test_a_day_that_its_month_does_not_have_is_told_from_what_cannot_be_read(text: str, last: date | None) -> None:
    assert reading.last_of_its_month(text, TODAY, LOCALES) == last


def test_whoever_says_a_day_is_told_what_is_wrong_with_it() -> None:
    assert reading.day_said(" 12 March", TODAY, LOCALES) == date(2026, 3, 12)
    with pytest.raises(Refusal) as refused:
        reading.day_said(" 31 Feb ", TODAY, LOCALES)
    assert (refused.value.key, refused.value.arguments) == (
        "form.no_such_day",
        {"typed": "31 Feb", "last": date(2026, 2, 28)},
    )
    with pytest.raises(Refusal) as refused:
        reading.day_said(" soon ", TODAY, LOCALES)
    assert (refused.value.key, refused.value.arguments) == ("form.date_unknown", {"typed": "soon", "year": 2026})


def test_how_long_ago_a_day_without_a_year_may_be_holds_for_one_that_there_is_not_too() -> None:
    assert reading.day_said("1 Jan", TODAY, LOCALES, recent_days=14) == date(2026, 1, 1)
    assert reading.day_said("1 Jan", TODAY, LOCALES, recent_days=13) == date(2027, 1, 1)
    with pytest.raises(Refusal) as refused:
        reading.day_said("31 Nov", TODAY, LOCALES, recent_days=13)
    assert refused.value.arguments["last"] == date(2026, 11, 30)


def test_the_29th_of_february_is_one_where_that_february_has_it() -> None:
    assert parse_date("29 Feb 2028", TODAY) == date(2028, 2, 29)
    assert parse_date("29 Feb", TODAY) is None, "not one two years away"
    assert parse_date("29 Feb", TODAY.replace(year=2028)) == date(2028, 2, 29)
    assert parse_date("29 Feb", date(2028, 4, 20)) == date(2028, 2, 29)
    assert parse_date("29 Feb", date(2028, 5, 20)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "12",
        "31 April",
        "2026-02-30",
        "12 Foo",
        "3 2 2 4",
        "0.1.2026",
        "1.0.2026",
        "12/3/2026/1",
        "0000-01-01",
    ],
)
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert parse_date(text, TODAY) is None


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_full_date_reads_back(day: date) -> None:
    for text in (
        day.isoformat(),
        f"{day.day}.{day.month}.{day.year}",
        f"{day.day}/{day.month}/{day:%y}",
        f"{day:%d %B %Y}",
    ):
        assert parse_date(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Zurich", "Europe/Zurich"),
        ("europe/zurich", "Europe/Zurich"),
        ("zurich", "Europe/Zurich"),
        ("Zürich", "Europe/Zurich"),
        ("Genève", "Europe/Zurich"),
        ("München", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("new_york", "America/New_York"),
        ("UTC", "UTC"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Cape Town", "Africa/Johannesburg"),
        ("India", "Asia/Kolkata"),
        ("Indien", "Asia/Kolkata"),
        ("Inde", "Asia/Kolkata"),
        ("Germany", "Europe/Berlin"),
        ("Schweiz", "Europe/Zurich"),
        ("Japan", "Asia/Tokyo"),
        ("uk", "Europe/London"),
    ],
)
def test_a_zone_is_read_from_its_name_a_city_or_a_country_with_one_clock(text: str, zone: str) -> None:
    assert parse_zone(text) == zone


@given(st.sampled_from(sorted(zone for zone in available_timezones() if "/" in zone)))
def test_every_zone_of_a_place_reads_back_in_any_case(zone: str) -> None:
    assert parse_zone(zone.lower()) == zone
    assert parse_zone(f" {zone.upper()} ") == zone


@given(
    st.sampled_from(sorted(available_timezones() - {"localtime", "Factory", "EST", "MST"})),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_a_zone_with_an_old_name_is_read_as_one_with_the_same_clock(zone: str, at: datetime) -> None:
    read = parse_zone(zone)
    assert read is not None
    assert at.astimezone(ZoneInfo(read)).utcoffset() == at.astimezone(ZoneInfo(zone)).utcoffset()


def test_an_abbreviation_without_summer_time_is_not_taken_but_answered_with_cities() -> None:
    assert parse_zone("EST") is None
    assert zone_suggestions("est", 5) == ("America/New_York", "America/Toronto")


def test_a_misspelt_city_is_suggested_and_nonsense_is_not() -> None:
    assert zone_suggestions("Berln", 3)[0] == "Europe/Berlin"
    assert zone_suggestions("Germny", 3) == ("Europe/Berlin",)
    assert parse_zone("Berln") is None
    for nonsense in ("Mars", "Jupiter", "qqqq", "18", "Europe", ""):
        assert parse_zone(nonsense) is None
        assert zone_suggestions(nonsense, 8) == (), f"{nonsense!r} is no place, and nothing near it is one"


def test_of_a_misspelling_that_is_like_several_places_as_many_as_asked_are_suggested() -> None:
    found = ("Europe/Berlin", "Europe/Zurich", "Africa/Porto-Novo")
    assert zone_suggestions("Berin", 4) == found, "Berlin, Bern and Benin"
    assert zone_suggestions("Berin", 1) == found[:1]


def test_a_short_name_is_no_misspelling_of_all_that_are_like_it() -> None:
    assert zone_suggestions("Pris", 3) == ()


def test_a_country_with_several_clocks_is_answered_with_one_zone_for_each() -> None:
    assert parse_zone("USA") is None
    assert zone_suggestions("USA", 4) == (
        "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
    )  # fmt: skip
    assert zone_suggestions("China", 8) == ("Asia/Shanghai", "Asia/Urumqi")
    assert zone_suggestions("Australie", 8)[0] == "Australia/Sydney"


@pytest.mark.parametrize(
    ("text", "zone"), [("zur", "Europe/Zurich"), ("Buenos", "America/Buenos_Aires"), ("Los", "America/Los_Angeles")]
)
def test_the_beginning_of_a_city_is_enough_for_a_suggestion(text: str, zone: str) -> None:
    assert parse_zone(text) is None
    assert zone_suggestions(text, 3) == (zone,)


@pytest.mark.parametrize(("text", "number"), [("0.8", 0.8), (" 0,8 ", 0.8), ("62", 62.0), ("-1", -1.0), ("007", 7.0)])
def test_a_number_is_read_with_a_point_or_a_comma(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["", "0_4", "1e3", "nan", "inf", "1,000.5", "0.", ".5", "½", "٣", "0.8 g", "1 000"])
def test_what_is_no_plain_number_is_not_read(text: str) -> None:
    assert parse_number(text) is None


@given(st.text(max_size=80), st.integers(0, 6))
def test_whatever_is_typed_suggestions_are_zones_and_no_more_than_asked(text: str, limit: int) -> None:
    found = zone_suggestions(text, limit)
    assert len(found) <= limit
    assert set(found) <= available_timezones()
    parse_date(text, TODAY)
    parse_time(text)
