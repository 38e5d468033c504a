"""What a red light means and what to do about it, in words: for `doctor`, the log and the operator's chat."""

from datetime import datetime

from bot.texts import Html, Texts
from jobs.lights import Light


def meaning(light: Light, texts: Texts, zone: str) -> Html:
    """Of one that is red."""
    assert light.why is not None
    values: dict[str, object] = dict(light.numbers)
    if isinstance(at := values.get("at"), str):
        values["at"] = Html(texts.instant(datetime.fromisoformat(at), zone))
    return texts(f"light.{light.why}", **values)
