"""The pure modules, and the fast tests of each that should notice a fault in it."""

# Without the properties and the simulation, which take long and state no single fact.
_SUBJECTS = ("answer", "rules", "edges", "numbers", "windows")
_WEARING_OFF = tuple(f"tests/jobs/wearing_off/test_{subject}.py" for subject in _SUBJECTS)
# Of what also writes, on a migrated SQLite file: half a second a test.
_ON_SQLITE = ("-p", "tests.conftest", "-k", "not postgresql")
_CHECK_IN = ("tests/bot/test_check_in_dialogue.py",)

# What of such a module decides; the rest of it, which writes and sends, is held by journeys.
DECIDING: dict[str, frozenset[str]] = {
    "jobs/shifting.py": frozenset({"later_than", "passed", "with_later", "after_given", "days_moved"}),
    "jobs/schedule.py": frozenset(
        {"series", "check_times", "check_plans", "check_days", "check_dose", "_check_room", "check_moves"}
        | {"check_may_be_given", "check_given", "check_reopen", "given_lately", "is_cancelling_news"}
    ),
    "jobs/check_in_time.py": frozenset(
        {"_next_prompt", "_keep_open", "coming_prompt", "_is_complete", "prompt_with", "check_days_off", "is_news"}
    ),
}

TESTS: dict[str, tuple[str, ...]] = {
    "jobs/cycle.py": ("tests/jobs/test_cycle.py",),
    "jobs/due.py": ("tests/jobs/test_due.py",),
    **{
        f"jobs/wearing_off/{name}.py": _WEARING_OFF
        for name in (
            *("verdict", "thresholds", "windows", "contrast", "pooling", "noise", "onset", "relief"),
            *("caveats", "comparison", "effects", "__init__"),
        )
    },
    "bot/dialogues/calendar.py": ("tests/bot/test_calendar.py",),
    "bot/dialogues/form.py": ("tests/bot/test_form.py",),
    "bot/dialogues/check_in.py": _CHECK_IN,
    "bot/dialogues/wording.py": (*_CHECK_IN, "tests/bot/test_typed_answers.py"),
    "bot/dialogues/typed_answers.py": ("tests/bot/test_typed_answers.py",),
    "bot/dialogues/typed_plans.py": ("tests/bot/test_typed_plans.py",),
    "jobs/steroids.py": ("tests/jobs/test_steroids.py", "tests/jobs/wearing_off/test_rules.py"),
    **{
        f"jobs/{name}.py": (f"tests/jobs/test_{name}.py",)
        for name in (
            *("lights", "telling", "load", "daytime", "alert_rules", "attention", "roster", "shortfall"),
            *("changes", "doubts", "measured", "measured_lines", "measured_table", "reading"),
        )
    },
    "jobs/shifting.py": ("tests/jobs/test_shifting.py",),
    "jobs/schedule.py": (*_ON_SQLITE, "tests/jobs/test_schedule.py"),
    "jobs/check_in_time.py": (*_ON_SQLITE, "tests/jobs/test_check_in_time.py", "tests/jobs/test_schedule.py"),
}
