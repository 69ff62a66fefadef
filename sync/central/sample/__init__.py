"""The sample city: invented places and people, true-to-life service items, always the same and labelled as sample."""
