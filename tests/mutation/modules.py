"""The pure modules, and the fast tests of each that should notice a fault in it."""

# Without the properties and the simulation, which take long and state no single fact.
_SUBJECTS = ("answer", "rules", "edges", "numbers", "windows")
_WEARING_OFF = tuple(f"tests/jobs/wearing_off/test_{subject}.py" for subject in _SUBJECTS)
_CHECK_IN = ("tests/bot/test_check_in_dialogue.py",)

# Of a module that also reads the database: what decides without it.
DECIDING: dict[str, frozenset[str]] = {
    "jobs/shifting.py": frozenset({"later_than", "passed", "with_later", "after_given", "days_moved"}),
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
}
