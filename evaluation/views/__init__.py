"""Pages of evaluation, reports and trial calculation."""
