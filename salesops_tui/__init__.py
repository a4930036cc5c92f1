"""Sales forecast calls in the terminal, over one SQLite store."""

__version__ = "0.1.0"
