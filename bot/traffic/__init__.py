"""What comes in and what goes out: intake, courier, Telegram's limits."""
