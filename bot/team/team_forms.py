"""The coordinator's forms about the whole team: what treatment costs it, what its patients read with reminders."""

from dataclasses import replace

from bot.dialogues.form import NONE, Form, Question, Values
from bot.dialogues.sure import sure_question
from bot.filling import Filling, Procedure, of_team
from bot.replies import Screen
from bot.team.team_done import done_screen
from bot.texts import Html, Texts, languages, texts_in
from jobs import reading, team_settings
from jobs.doubts import doubt_of_words
from jobs.inputs import Prices
from jobs.refusals import Refusal
from storage.models import Team

USUAL_CURRENCIES = ("EUR", "GBP", "CHF", "USD")


def _version(facts: Filling) -> list[object]:
    return [facts.team.currency, facts.team.price_per_gram, facts.team.price_per_day]


def _read_currency(value: str, *_: object) -> str:
    return team_settings.read_currency(value)


def _read_price(value: str, *_: object) -> float:
    """`62`, `62.50`, `62,50`."""
    price = reading.parse_number(value.strip().lower())
    if price is None:
        raise Refusal("form.price_unknown", typed=value)
    team_settings.check_price(price)
    return round(price, 2)


def _price_choices(texts: Texts, *_: object) -> list[tuple[str, str]]:
    return [(texts("prices.button.none"), NONE.data)]


def prices_in_words(currency: str | None, per_gram: float | None, per_day: float | None, texts: Texts) -> Html:
    """`62.5 EUR a gram, no price a day in hospital`."""
    gram = texts("prices.no_gram") if per_gram is None else texts("prices.gram", price=per_gram, currency=currency)
    day = texts("prices.no_day") if per_day is None else texts("prices.day", price=per_day, currency=currency)
    return texts("prices.both", gram=gram, day=day)


def set_now(team: Team, texts: Texts) -> Html:
    return prices_in_words(team.currency, team.price_per_gram, team.price_per_day, texts)


def _preview(texts: Texts, facts: Filling, values: Values) -> Html:
    new = prices_in_words(values["currency"], values["gram"], values["day"], texts)
    return texts("prices.preview", old=set_now(facts.team, texts), new=new)


def _apply(filling: Filling, facts: Filling, values: Values) -> Screen:
    prices = Prices(values["currency"], values["gram"], values["day"])
    team_settings.set_prices(filling.session, filling.actor, facts.team, prices, filling.now)
    texts = filling.texts
    return done_screen(filling, texts("prices.done", new=set_now(facts.team, texts)), texts)


PRICES = Procedure(
    Form(
        "prices",
        (
            Question(
                "currency",
                lambda texts, facts, _: texts("prices.currency", now=set_now(facts.team, texts)),
                _read_currency,
                lambda *_: [(currency, currency) for currency in USUAL_CURRENCIES],
            ),
            Question(
                "gram",
                lambda texts, _facts, values: texts("prices.ask_gram", currency=values["currency"]),
                _read_price,
                _price_choices,
                instead=(NONE,),
            ),
            Question(
                "day",
                lambda texts, _facts, values: texts("prices.ask_day", currency=values["currency"]),
                _read_price,
                _price_choices,
                instead=(NONE,),
            ),
        ),
        _preview,
    ),
    of_team,
    _apply,
    _version,
)


def _read_language(value: str, *_: object) -> str:
    if value.strip() not in languages():
        raise Refusal("refusal.press_a_language")
    return value.strip()


def _read_instructions(value: str, *_: object) -> str:
    """As it is typed."""
    written = value.strip()
    team_settings.check_instructions(written)
    return written


def _ask_instructions(texts: Texts, facts: Filling, values: Values) -> Html:
    known, language = facts.team.instructions, _named(values["of"])
    read = team_settings.language_read(known, values["of"])
    if read is None:
        shown = texts("instructions.none_now")
    elif read == values["of"]:
        shown = texts("instructions.now", written=known[read])
    else:
        shown = texts("instructions.now_other", language=language, other=_named(read), written=known[read])
    return texts("instructions.ask", language=language, now=shown, most=team_settings.LONGEST_INSTRUCTIONS)


def _preview_instructions(texts: Texts, facts: Filling, values: Values) -> Html:
    of, written = values["of"], values["written"]
    before, language = facts.team.instructions, _named(of)
    after = team_settings.with_instructions(before, of, written)
    if not written:
        other = team_settings.language_read(after, of)
        if other is None:
            return texts("instructions.preview_none", language=language)
        # All who have read it until now, for want of one in their language.
        readers = [_named(tag) for tag in languages() if of in {tag, team_settings.language_read(before, tag)}]
        named = Html(texts.listed(readers))
        return texts("instructions.preview_other", languages=named, other=_named(other), written=after[other])
    besides = [_named(tag) for tag in languages() if tag != of and team_settings.language_read(after, tag) == of]
    too = texts.plural("instructions.too", len(besides), languages=Html(texts.listed(besides))) if besides else Html("")
    return texts("instructions.preview", language=language, written=written, too=too)


def _named(language: str) -> Html:
    return texts_in(language)("language.name")


def _apply_instructions(filling: Filling, facts: Filling, values: Values) -> Screen:
    language, written = values["of"], values["written"]
    team_settings.set_instructions(filling.session, filling.actor, facts.team, language, written, filling.now)
    texts = filling.texts
    return done_screen(filling, texts("instructions.done"), texts)


INSTRUCTIONS = Procedure(
    Form(
        "instructions",
        (
            Question(
                # Not "language": the form would go on in it.
                "of",
                lambda texts, *_: texts("instructions.language"),
                _read_language,
                lambda *_: [(texts_in(tag)("language.name"), tag) for tag in languages()],
                typed=False,
            ),
            Question(
                "written",
                _ask_instructions,
                _read_instructions,
                lambda texts, *_: [(texts("instructions.button.none"), NONE.data)],
                instead=(replace(NONE, means=""),),
            ),
            sure_question(lambda _facts, values: doubt_of_words(values["written"])),
        ),
        _preview_instructions,
    ),
    of_team,
    _apply_instructions,
    lambda facts: facts.team.instructions,
    # One more, so that too long is seen.
    longest=team_settings.LONGEST_INSTRUCTIONS + 1,
)
