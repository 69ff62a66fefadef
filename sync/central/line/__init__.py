"""Central on the line: calls, what is around them, and the processes that answer."""
