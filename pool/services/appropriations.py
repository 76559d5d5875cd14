"""Another name of `pool.ledger.appropriations`, for who looks among the services."""

from pool.ledger.appropriations import confirm, enter, withdraw

__all__ = ["confirm", "enter", "withdraw"]
