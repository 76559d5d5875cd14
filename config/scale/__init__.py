"""A pool of any size with seven years behind it, written straight into an empty database (`manage.py generate`).

The one place beside the services that writes business rows: by COPY, as the owner, in one transaction, and only where
nothing is yet. `manage.py verify` proves what it wrote as it proves what people did.
"""
