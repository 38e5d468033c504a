"""What people see: the conversations, the command line, and the only code that knows Telegram."""

import os

# python-telegram-bot 22 warns of an int that becomes a timedelta unless told that we know.
os.environ.setdefault("PTB_TIMEDELTA", "1")
