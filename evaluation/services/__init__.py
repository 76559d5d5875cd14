"""The only writers of the evaluation room: annual evaluations, and reports made by the worker."""
