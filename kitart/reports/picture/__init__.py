"""The picture of an incident: from the facts to a course in moments and words, to a drawing."""
