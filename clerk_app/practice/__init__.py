"""练习: scripted applicants, and what a clerk made of them told by rules from the journal."""
