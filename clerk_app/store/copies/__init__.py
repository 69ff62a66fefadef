"""What leaves the machine, or comes to it by hand."""
