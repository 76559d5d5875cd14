"""The pages of this room, by who works on them."""
