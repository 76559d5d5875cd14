"""Open data: what anybody may read of a quarter, and how nobody's own figures are kept out of it (decision 0023)."""
