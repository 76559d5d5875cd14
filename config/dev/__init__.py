"""What `dev.py` does, one concern per file. Standard library only: it runs before anything is installed."""
