"""练习: what an applicant of the script says, what lies on the desk, and how it came out."""
