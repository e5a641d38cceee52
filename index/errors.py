"""The errors that a person is meant to read. Their text is shown as it is and names the next step.

The command line and the browser catch `UserError` alone; anything else is a bug and keeps its traceback.
"""


class UserError(Exception):
    """Shown to the user as is, in one line that names the next step."""


class StoreError(UserError):
    """The store can't be opened, read or written."""


class ModelError(UserError):
    """A model file is missing, corrupt or not of a kind that can be run."""


class EndpointError(UserError):
    """An endpoint that the user named does not answer as it should."""
