"""Whatever is asked of the desk, by whoever: an answer with its headers, never a fault, and nothing of another team."""

import re
import string
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from bot.desk.application import desk_application
from bot.desk.guard import HEADERS
from bot.desk.visits import Desk
from tests.bot.desk.at_the_desk import AtTheDesk
from tests.journeys.nasty import FORGED
from tests.someone import Someone
from tests.support import Clinic

VALUES = st.one_of(
    st.sampled_from(
        ["", "0", "-1", "99999", "look", "all", "-next", "2026-03", "2026-02-30", "P-AAAA", "💥", "a" * 300]
    ),
    st.text(max_size=40),
    st.from_regex(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?", fullmatch=True),
)
NAMES = ("group", "q", "sort", "page", "pages", "go", "month", "week", "ticket", "language")
QUERY = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4)
DATA = st.one_of(
    st.sampled_from(FORGED), st.text(max_size=64), st.from_regex(r"[a-z]{1,2}:[a-z_]{0,12}:[0-9]{0,4}", fullmatch=True)
)
BODY = st.fixed_dictionaries(
    {},
    optional={
        "data": st.lists(DATA, max_size=5),
        "text": st.text(max_size=80),
        "once": st.one_of(st.text(alphabet=string.hexdigits, min_size=8, max_size=40), st.text(max_size=50)),
        "init_data": st.text(max_size=200),
        "ticket": st.text(max_size=60),
        "tab": st.one_of(st.sampled_from(["0", "15", "16", "-1"]), st.text(max_size=3)),
        "to": st.text(max_size=70),
    },
)


@pytest.fixture
def desk(clinic: Clinic) -> Iterator[AtTheDesk]:
    with AtTheDesk(clinic) as desk:
        yield desk


class Walk:
    """Three visitors and the codes of two teams."""

    def __init__(self, desk: AtTheDesk) -> None:
        clinic = desk.clinic
        self.own = clinic.patient()
        clinic.another_team("Elsewhere")
        self.other = clinic.patient(team="Elsewhere")
        clinic.planned(self.own, "2026-03-12")
        clinic.planned(self.other, "2026-03-12")
        self.members: dict[str, Someone | None] = {
            "coordinator": clinic.coordinator(),
            "clinician": clinic.clinician(),
            "nobody": None,
        }
        app = desk_application(Desk(clinic.bot.running, desk.url))
        self.routes = [each for each in app.routes if isinstance(each, Route)]

    def path(self, route: Route, value: str) -> str:
        return re.sub(r"\{[^}]+\}", lambda _: quote(value, safe=""), route.path)


def is_in_order(answer: httpx.Response) -> None:
    assert answer.status_code < 500, (answer.request.url, answer.status_code)
    for name in HEADERS:
        assert name in answer.headers, (answer.request.url, name)


def test_scripts_and_styles_are_kept_and_what_is_about_somebody_is_not(desk: AtTheDesk) -> None:
    with desk.client(desk.clinic.coordinator()) as client:
        vendored = client.get("/desk/static/vendor/htmx-2.0.11.min.js")
        assert vendored.headers["cache-control"] == "public, max-age=31536000, immutable"
        ours = client.get("/desk/static/desk.js")
        assert ours.headers["cache-control"] == "no-cache"
        again = client.get("/desk/static/desk.js", headers={"If-None-Match": ours.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        for path in ("/desk/", "/desk/roster", "/desk/static/none.js"):
            answer = client.get(path)
            is_in_order(answer)
            assert answer.headers["cache-control"] == "no-store", path


@pytest.mark.parametrize("who", ["coordinator", "clinician", "nobody"])
def test_reading(desk: AtTheDesk, who: str) -> None:
    walk = Walk(desk)
    codes = st.one_of(st.sampled_from([walk.own.code, walk.other.code, "P-AAAA"]), VALUES)
    read = [route for route in walk.routes if "GET" in (route.methods or ()) and route.path != "/desk/events"]
    with desk.client(walk.members[who]) as client:
        before = desk.clinic.stored()

        @settings(max_examples=60, suppress_health_check=list(HealthCheck))
        @given(st.sampled_from(read), codes, QUERY, st.booleans())
        def walked(route: Route, code: str, query: dict[str, str], is_part: bool) -> None:
            headers = {"hx-request": "true"} if is_part else {}
            answer = client.get(walk.path(route, code), params=query, headers=headers)
            is_in_order(answer)
            asked = f"{code} {query.values()}"
            assert walk.other.code in asked or walk.other.code not in answer.text
            if who == "nobody":
                assert walk.own.code in asked or walk.own.code not in answer.text

        walked()
    assert desk.clinic.stored() == before


@pytest.mark.parametrize("who", ["coordinator", "clinician", "nobody"])
def test_writing(desk: AtTheDesk, who: str) -> None:
    """By forged bodies: nothing of another team is ever changed, and by whoever is not signed in nothing at all."""
    walk = Walk(desk)
    written = [route for route in walk.routes if "POST" in (route.methods or ()) and route.path != "/desk/sign-out"]
    other, before = walk.other.row, desk.clinic.stored()
    with desk.client(walk.members[who]) as client:

        @settings(max_examples=80, suppress_health_check=list(HealthCheck))
        @given(st.sampled_from(written), BODY)
        def walked(route: Route, body: dict[str, Any]) -> None:
            is_in_order(client.post(walk.path(route, walk.other.code), data=body))

        walked()
    after = desk.clinic.stored()
    assert walk.other.row == other
    for name, rows in after.items():
        of_other = [row for row in rows if row.get("team_id") == other.team_id]
        assert of_other == [row for row in before[name] if row.get("team_id") == other.team_id], name
    if who == "nobody":
        assert {name for name, rows in after.items() if rows != before[name]} == set()
