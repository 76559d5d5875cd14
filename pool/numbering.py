"""Numbers without a gap: taken in the transaction that uses them, given back if it fails."""

from django.db import connection


def next_number(kind: str, year: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pool_sequence (kind, year, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (kind, year) DO UPDATE SET last = pool_sequence.last + 1 RETURNING last",
            [kind, year],
        )
        number: int = cursor.fetchone()[0]
    return number
