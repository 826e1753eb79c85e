"""Pages for people who have no API client: server-rendered, without scripts, over the same use cases as the API."""
