"""What people see: the conversations, the command line, and the only code that knows Telegram."""

import gc
import os

# What is loaded stays: the collector walked through it four hundred times, an eighth of each start.
gc.set_threshold(10_000)
# python-telegram-bot 22 warns of an int that becomes a timedelta unless told that we know.
os.environ.setdefault("PTB_TIMEDELTA", "1")
