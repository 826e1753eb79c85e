"""How the world reaches the use cases: events, HTTP, the sender's loop."""
