"""What a team sets for all its patients together, each change with its audit entry."""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from jobs import holding
from jobs.inputs import Prices
from jobs.refusals import Refusal
from storage import audit
from storage.models import Team

HIGHEST_PRICE = 100_000.0
LONGEST_INSTRUCTIONS = 500


def read_currency(typed: str) -> str:
    """`EUR`, as it is kept. Refusal for what is none."""
    currency = typed.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise Refusal("refusal.currency", typed=typed)
    return currency


def check_price(price: float) -> None:
    if not (math.isfinite(price) and 0 <= price <= HIGHEST_PRICE):
        raise Refusal("refusal.price", most=HIGHEST_PRICE)


def check_instructions(written: str) -> None:
    """Empty for none. Refusal for one that cannot be read, or is too long."""
    if written and not any(sign.isalnum() for sign in written):
        raise Refusal("refusal.instructions_empty")
    if len(written) > LONGEST_INSTRUCTIONS:
        raise Refusal("refusal.instructions", most=LONGEST_INSTRUCTIONS, length=len(written))


def with_instructions(known: Mapping[str, str], language: str, written: str) -> dict[str, str]:
    """The texts by language, with this one; empty for none."""
    others = {tag: text for tag, text in known.items() if tag != language}
    return {**known, language: written} if written else others


def language_read(known: Mapping[str, str], language: str) -> str | None:
    """Of the texts, which one somebody reads: in their language, or else the first that there is; None for none."""
    return language if language in known else next(iter(known), None)


def set_prices(session: Session, actor: str, team: Team, prices: Prices, now: datetime) -> None:
    """What a gram and a day in hospital cost the team; None where it sets no price. Refusal for what is no price."""
    currency = read_currency(prices.currency)
    for price in (prices.per_gram, prices.per_day):
        if price is not None:
            check_price(price)
    holding.hold_team(session, team)
    before = price_facts(team)
    none_set = prices.per_gram is None and prices.per_day is None
    team.currency = None if none_set else currency
    team.price_per_gram, team.price_per_day = prices.per_gram, prices.per_day
    session.add(team)
    audit.record(
        session, team_id=team.id, at=now, actor=actor, action="prices_set", before=before, after=price_facts(team)
    )


def set_instructions(session: Session, actor: str, team: Team, language: str, written: str, now: datetime) -> None:
    """What patients who read this language are told with each reminder; empty for nothing.

    A text that is changed keeps its place: the first one given is read by whoever has none in their language.
    """
    check_instructions(written)
    holding.hold_team(session, team)
    put_instructions(session, actor, team, with_instructions(team.instructions, language, written), now)


def put_instructions(session: Session, actor: str, team: Team, after: Mapping[str, str], now: datetime) -> None:
    """All of them, by language."""
    before, team.instructions = dict(team.instructions), dict(after)
    session.add(team)
    audit.record(session, team_id=team.id, at=now, actor=actor, action="instructions_set", before=before, after=after)


def price_facts(team: Team) -> dict[str, Any]:
    return {"currency": team.currency, "per_gram": team.price_per_gram, "per_day": team.price_per_day}
