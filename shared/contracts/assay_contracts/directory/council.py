"""What other services read of the council's own settings, by key."""

NAME = "council.name"
NAMELESS = "The council"
"""The name as long as the council has set none."""
