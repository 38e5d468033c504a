"""The desk: the care team's page in a browser, beside the chat and with no rule of its own."""
