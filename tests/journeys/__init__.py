"""Promises to a person, kept in a browser: each journey is walked by the right roles on real screens."""
