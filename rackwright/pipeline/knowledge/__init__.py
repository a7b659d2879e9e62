"""What can be asked about the tool itself: topics, rules, machines as AWS describes them, classes of updates."""
