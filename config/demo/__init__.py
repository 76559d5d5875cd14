"""The demo's world: partner banks, borrowers and loans that do not exist, always the same for the same seed.

Everything here only makes data; it reaches the database through the same services as real files do.
"""
