"""Small functions that make what a test needs, through the services: nothing that a person could not make."""
