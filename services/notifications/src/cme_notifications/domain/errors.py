"""What the rules refuse. Each has a stable `code`."""


class NotificationError(Exception):
    """Base of what the rules refuse. The text names ids and codes, never a person."""

    code = "notification-error"


class IllegalMove(NotificationError):
    """A message cannot get from where it is to there."""

    code = "illegal-move"


class BadRoute(NotificationError):
    """The routing table cannot be used as it stands: the service does not start."""

    code = "bad-route"


class BadTemplate(NotificationError):
    """A template is missing, has no subject, or asks for something no route gives it: the service does not start."""

    code = "bad-template"


class NoAddress(NotificationError):
    """Whom the message is for cannot be written to: someone must find another way."""

    code = "no-address"
