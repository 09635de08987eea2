"""The command line `loadzone`. It needs Python 3.8 or later, and nothing but the standard library."""

__version__ = "1.1.0"
