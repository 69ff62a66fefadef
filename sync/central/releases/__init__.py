"""New versions of the client: signed offline, served as they lie, and offered to some windows before others."""
