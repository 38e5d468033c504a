"""What an operator sees of the running bot: pages for monitors, measurements, and a message when a light is red."""
