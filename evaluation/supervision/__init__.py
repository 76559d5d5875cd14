"""Supervisory indicators of lending to small businesses (8(4)): what they are, by which notice, how they come about."""
