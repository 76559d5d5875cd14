"""The past of a pool that was kept elsewhere comes in once: read, checked, held against the city's own totals, signed
by two institutions, and only then written (`manage.py cutover`, docs/cutover.md)."""
