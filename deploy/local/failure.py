"""What goes wrong and is not a defect."""


class Failure(Exception):
    """One clear sentence for the person at the keyboard; the command then ends with a non-zero exit."""
