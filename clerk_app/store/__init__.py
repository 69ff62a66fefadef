"""What this window knows, sealed on disk; each room sees the rooms above it.

- ``errors``: what can go wrong, and what the person at the window is told.
- ``file``: the sealed SQLite file, and everything that keeps it whole on disk.
- ``access``: the keys of a window, and how its store is unlocked.
- ``ledger``: TinyDB's public interface over the file.
- ``books``: what is kept: the journal, the cases, the catalogue, and the indexes over them.
- ``mend``: finding damage, and mending it.
- ``records``: what the desk and the line use of all this.
- ``copies``: what leaves the machine, or comes to it by hand.
"""
