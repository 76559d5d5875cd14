"""Issued reports and trial calculations for programs."""
