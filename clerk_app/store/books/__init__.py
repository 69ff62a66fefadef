"""What is kept: the journal, the cases, the catalogue, and the indexes over them."""
