"""What the documents say can be typed is typed, and what they point at is there.

A command stands in a block of code. Each is typed here, in a folder of its own, with the clinic of the demo and the
local Telegram, or stands in tests/typed_by_hand.py with the reason. Targets of make are tried without being done.
"""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer.main

from bot.__main__ import app
from bot.local import seed
from bot.local.running import RunningServer
from bot.local.server import application
from bot.local.world import World
from bot.routes import COMMANDS
from bot.secret_files import SecretFiles
from bot.settings import Settings
from bot.texts import Html, catalogue, plain
from storage.database import Database
from tests.bot.test_command_line import Operator
from tests.forked import ROOT
from tests.storage.support import committing
from tests.support import BOT_NAME, TOKEN, Clinic
from tests.typed_by_hand import NOT_RUN

DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
PICTURES = sorted((ROOT / "docs" / "pictures").iterdir())
LARGEST_PICTURE = 200_000
TEAM = "Neuromuscular clinic"
BOT = r"(?:\.venv/bin/)?python -m bot|infusion-diary"
# Formulas stand in blocks of code as commands do.
FORMULAS = {"docs/method.md": {"two-sided", "one-sided", "m", "s", "se"}}
# What stands for something else in a document, and what it stands for here.
MEANT = {
    "--team NAME": f'--team "{TEAM}"',
    "FOLDER": "folder",
    "[--zone Europe/Zurich]": "--zone Europe/Zurich",
    "postgresql://diary:secret@localhost/diary": "sqlite:///copied.sqlite",
    "/var/lib/infusion-diary/": "",
    "/opt/infusion-diary": str(ROOT),
}
# What begins with a stroke too: commands to BotFather, pages for monitors, folders.
NOT_FOR_THE_BOT = {
    *("newbot", "setjoingroups", "setprivacy", "setdescription", "setuserpic", "revoke", "deletebot"),
    *("lights", "healthz", "readyz", "metrics"),
    *("run", "tmp"),
}
# What is typed to the bot to change something: about days to come, and about days that were.
PLANNING, MEASURING = ("/move", "/series"), ("/ck", "/weight", "/steroid")
# Documents that tell how all begins.
FROM_NOTHING = {"docs/operators.md"}
# An export has to come into a database that does not have its patients.
ELSEWHERE = "sqlite:///elsewhere.sqlite"

SHELL = {"mkdir", "printf", "python3"}
NEXT_LINE = re.compile(r"\s+(--\S+)")


def name_of(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


def commands_in(document: Path) -> list[str]:
    """What stands in blocks of code, without remarks. An option on a line of its own belongs to the command before."""
    found: list[str] = []
    fence: str | None = None
    for line in document.read_text().splitlines():
        if line.lstrip().startswith("```"):
            fence = line.strip("` ") if fence is None else None
        elif fence in {"sh", "bash", "shell", "console"} or (fence is None and line.startswith("    ")):
            command = re.sub(r"(^|\s+)# .*", "", line.strip())
            option = NEXT_LINE.match(line[4:])
            if option is not None:
                found[-1] += f" {option[1]}"
            elif command and command.split()[0] not in FORMULAS.get(name_of(document), ()):
                found.append(command)
    return found


def inline_in(document: Path) -> list[str]:
    """Commands of ours within a sentence."""
    return re.findall(rf"`((?:{BOT}|make) [^`]+)`", document.read_text())


def with_what_is_meant(command: str) -> str:
    for written, meant in MEANT.items():
        command = command.replace(written, meant)
    return command


@pytest.fixture(scope="module")
def telegram() -> Iterator[str]:
    with RunningServer(application(World(TOKEN, BOT_NAME, lambda: datetime.now(UTC)))) as server:
        yield server.url


@pytest.fixture(scope="module")
def demo_clinic(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """The clinic of the demo, as a file."""
    file = tmp_path_factory.mktemp("clinic") / "diary.sqlite"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    with committing(database) as session:
        seed.plant(session, TEAM)
    database.close()
    return file


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, telegram: str, demo_clinic: Path) -> Operator:
    """Someone at a shell in a folder of their own, beside which the code lies."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir(mode=0o700)
    shutil.copy(demo_clinic, tmp_path / "data")
    (tmp_path / "bot").symlink_to(ROOT / "bot")
    known = Operator(tmp_path)
    known.sets(TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_URL=telegram)
    return known


def typed(operator: Operator, command: str) -> str | None:
    """What went wrong; None when nothing did."""
    words = shlex.split(command)
    match words:
        case ["make", *wanted]:
            done = subprocess.run(["make", "-n", *wanted], cwd=ROOT, capture_output=True, text=True, check=False)
            return done.stderr if done.returncode else None
        case ["python" | ".venv/bin/python", "-m", "bot", *rest] | ["infusion-diary", *rest]:
            operator.sets(**({"DATABASE_URL": ELSEWHERE} if rest[0] == "import" else {}))
            seen = operator.types(*rest)
            # It ends with 2 where something is wrong, and says what: that is what it is for.
            return seen.said if seen.code and rest != ["doctor"] else None
        case [name, *_] if name in SHELL:
            done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
            return done.stderr or "it failed" if done.returncode else None
    return "neither run here nor in tests/typed_by_hand.py"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_in_a_block_of_code_works_as_it_is_written(operator: Operator, document: Path) -> None:
    if name_of(document) in FROM_NOTHING:
        shutil.rmtree("data")
    not_run = {line for lines in NOT_RUN.values() for line in lines}
    wrong = {}
    for command in commands_in(document):
        if command in not_run or command.startswith("/"):
            continue
        if (setting := re.match("([A-Z_]+)=", command)) is not None:
            assert setting[1].lower() in Settings.model_fields
        elif (fault := typed(operator, with_what_is_meant(command))) is not None:
            wrong[command] = fault
    assert wrong == {}


def test_what_is_not_run_stands_in_some_document() -> None:
    written = {command for document in DOCUMENTS for command in commands_in(document)}
    assert {line for lines in NOT_RUN.values() for line in lines} - written == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_a_command_within_a_sentence_is_one_that_there_is_with_options_that_it_has(document: Path) -> None:
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    targets = set(re.findall("^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for written in inline_in(document):
        words = (
            written.removeprefix(".venv/bin/").removeprefix("python -m bot ").removeprefix("infusion-diary ").split()
        )
        if words[0] == "make":
            assert {word for word in words[1:] if word.isalpha() and word.islower()} <= targets, written
            continue
        assert words[0] in known, written
        options = {option for parameter in known[words[0]].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= {*options, "--help"}, written


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_to_the_bot_is_one_that_it_has(document: Path) -> None:
    known = {route.name for route in COMMANDS} | {"start", "help", "id"}
    assert set(re.findall(r"`/([a-z]+)(?=[ `])", document.read_text())) - known - NOT_FOR_THE_BOT == set()


def test_every_line_for_the_bot_is_read_as_it_is_written(clinic: Clinic) -> None:
    """Of a patient whom it suits; and nothing is changed before it is confirmed."""
    coordinator = clinic.coordinator()

    def are_read(names: tuple[str, ...]) -> None:
        form = rf"(?:`|^    )((?:{'|'.join(names)}) P-7KQ4[^`\n]*)"
        lines = {line for document in DOCUMENTS for line in re.findall(form, document.read_text(), re.MULTILINE)}
        assert {line.split()[0] for line in lines} == set(names)
        for line in sorted(lines):
            patient = clinic.patient()
            if line.startswith("/move"):
                clinic.planned(patient, "2026-03-03", days=1)
            coordinator.says(line.replace("P-7KQ4", patient.code))
            assert "Yes, do it" in coordinator.buttons, (line, coordinator.sees)

    are_read(PLANNING)
    clinic.passes(days=20)
    are_read(MEASURING)


@pytest.mark.parametrize("name", ["clinicians", "coordinators"])
def test_what_is_quoted_of_the_bot_is_what_it_says(name: str) -> None:
    """In these two what stands *so* is a button or words of the bot's, numbers apart."""
    said = [
        form
        for each in catalogue("en")
        for form in ([each.string] if isinstance(each.string, str) else each.string or ())
    ]
    wordings = "\n".join(plain(Html(form)) for form in said)
    quoted = re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", (ROOT / "docs" / f"{name}.md").read_text())
    assert quoted
    for words in quoted:
        assert re.search(re.sub(r"\d+", r"(?:\\d+|{\\w+})", re.escape(words)), wordings, re.IGNORECASE), words


def anchors_of(document: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(document: Path) -> None:
    text = document.read_text()
    links = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'(?:src|href)="([^"]+)"', text)]
    for link in links:
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_file_that_is_named_is_there(document: Path) -> None:
    """By its path from the top, or, as the tests are in the threat model, from within them."""
    tops = [ROOT, ROOT / "tests"]
    named = re.findall(r"\b((?:[a-z_]+/)+[\w.-]+\.(?:py|po|md|json|yaml))\b", document.read_text())
    ours = [path for path in named if any((top / path.split("/")[0]).is_dir() for top in tops)]
    assert [path for path in ours if not any((top / path).exists() for top in tops)] == []


def test_the_example_of_settings_has_each_that_there_is_and_no_other() -> None:
    named = re.findall("^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(named) == sorted({name.upper() for name in (*Settings.model_fields, *SecretFiles.model_fields)})


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_every_picture_is_small_and_shown_by_a_document(picture: Path) -> None:
    assert picture.stat().st_size < LARGEST_PICTURE
    assert any(picture.name in document.read_text() for document in DOCUMENTS)
