"""The loan library for programs."""
