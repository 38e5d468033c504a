"""The whole bot over a virtual clock, a seeded faulty Telegram and a process that is killed: months in milliseconds.

What runs is the product itself, put together by `bot.runtime.Running`. Only its two ends are exchanged, Telegram and
the writer's thread, and nothing is drawn. `python -m tests.simulation --seed 7 --verbose` replays one seed.
"""
