"""Compensation claims for programs."""
