"""The application behind the window client: rules, store, papers and the desk; no screen and no line."""

VERSION = "0.3.0"
