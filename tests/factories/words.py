"""Numbers with valid check digits, the same for the same seed."""

_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def credit_code(seed: int, start: str = "91440300") -> str:
    """A unified social credit code with its check character; 92… is a sole trader's."""
    body = start + "MA" + _base31(seed, 7)
    total = sum(_LETTERS.index(letter) * weight for letter, weight in zip(body, _WEIGHTS, strict=True))
    return body + _LETTERS[(31 - total % 31) % 31]


def _base31(number: int, width: int) -> str:
    out = ""
    for _ in range(width):
        number, digit = divmod(number, 31)
        out = _LETTERS[digit] + out
    return out


def id_number(seed: int) -> str:
    """A resident's number: a district of the city, a birth day by the seed, a right check digit."""
    body = f"440305{1960 + seed % 40}{1 + seed % 12:02d}{1 + seed % 28:02d}{seed % 1000:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]
