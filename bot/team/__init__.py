"""What a care team says and sees, beside courses and measurements."""
