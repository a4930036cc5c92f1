"""Where things are on disk. A leaf: imported by every start, so it imports next to nothing itself."""

import os
from pathlib import Path

STORE_VARIABLE = "SALESOPS_STORE"
STORE_NAME = "store.db"

_PACKAGE = Path(__file__).parent


def default_store_path() -> Path:
    """The store of whoever runs the program: `$SALESOPS_STORE`, else one in the user's data directory.

    Nothing is made on disk. A leading `~` in the variable means the home directory, as it would in a shell.
    """
    named = os.environ.get(STORE_VARIABLE)
    return Path(named).expanduser() if named else data_dir() / STORE_NAME


def data_dir() -> Path:
    """The user's data directory for this program; it may not exist yet."""
    from platformdirs import user_data_path

    return user_data_path("salesops", appauthor=False)


def fixtures_dir() -> Path:
    """The demo company's files: inside an installed package, else at the top of the checkout."""
    shipped = _PACKAGE / "_fixtures"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "fixtures"
