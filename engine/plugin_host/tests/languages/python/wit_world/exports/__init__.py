"""The class that a plugin in Python fills in."""


class Rules:
    """What the engine calls."""
