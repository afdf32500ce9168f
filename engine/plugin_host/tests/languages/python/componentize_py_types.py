"""What `componentize_py_types` has: the exception by which a rule says no."""


class Err(Exception):
    """Carries the failure of the contract."""

    def __init__(self, value):
        super().__init__(value)
        self.value = value
