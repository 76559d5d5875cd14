"""The classification of industries, GB/T 4754-2017, as far as entry needs it: sections, divisions, size groups."""

# GB/T 4754-2017: the first and last division of each section.
SECTIONS: dict[str, tuple[int, int]] = {
    "A": (1, 5),
    "B": (6, 12),
    "C": (13, 43),
    "D": (44, 46),
    "E": (47, 50),
    "F": (51, 52),
    "G": (53, 60),
    "H": (61, 62),
    "I": (63, 65),
    "J": (66, 69),
    "K": (70, 70),
    "L": (71, 72),
    "M": (73, 75),
    "N": (76, 79),
    "O": (80, 82),
    "P": (83, 83),
    "Q": (84, 85),
    "R": (86, 90),
    "S": (91, 96),
    "T": (97, 97),
}
SECTION_OF = {number: letter for letter, (first, last) in SECTIONS.items() for number in range(first, last + 1)}
_GROUP_OF_SECTION = {
    "A": "agriculture",
    "B": "industry",
    "C": "industry",
    "D": "industry",
    "E": "construction",
    "L": "leasing_business_services",
}
_GROUP_OF_DIVISION = {
    51: "wholesale",
    52: "retail",
    **dict.fromkeys(range(54, 59), "transport"),
    59: "storage",
    60: "post",
    61: "lodging",
    62: "catering",
    63: "information_transmission",
    64: "information_transmission",
    65: "software",
}
_GROUP_OF_CLASS = {"701": "real_estate_development", "702": "property_management", "591": "transport"}
LETTERS = "".join(SECTIONS)


def usual_group(industry_code: str) -> str:
    """The size group that an industry code usually falls in; the standard itself decides in doubtful cases."""
    digits = industry_code.lstrip(LETTERS)
    division = int(digits[:2])
    return (
        _GROUP_OF_CLASS.get(digits[:3])
        or _GROUP_OF_DIVISION.get(division)
        or _GROUP_OF_SECTION.get(SECTION_OF.get(division, ""))
        or "other"
    )


def full_industry_code(code: str) -> str:
    """The code with its section letter."""
    return code if code[:1].isalpha() else SECTION_OF.get(int(code[:2]), "") + code
