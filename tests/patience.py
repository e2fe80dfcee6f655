"""How long a test waits for what has to come: minutes, as a busy machine needs; only what never comes needs longer."""

SECONDS = 600
MILLISECONDS = 1000 * SECONDS
