import pytest

from salesops_tui.crm.owners import person_finder
from salesops_tui.domain.people import Person

PEOPLE = [
    Person(1, "p1", "Ana Díaz", email="Ana@example.com", login="adiaz"),
    Person(2, "p2", "Lee Park", email="lee@example.com", login="lee"),
    Person(3, "p3", "Lee Park", email="lee2@example.com", login="lp"),
    Person(4, "LEE", "Sam Cole"),
    Person(5, "p5", "Zoë van der Berg"),
]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("p1", 1), (" P1 ", 1), ("adiaz", 1), ("ADIAZ", 1), ("ana@EXAMPLE.com", 1), ("Diaz, Ana", 1), ("ANA DIAZ", 1),
        ("Ana  Di\u0301az", 1), ("lee", 2), ("LEE", 4), ("Lee Park", None), ("lee2@example.com", 3), ("Lee", None),
        ("van der berg ZOE", 5), ("nobody", None), ("", None), (" ", None),
    ],
)  # fmt: skip
def test_people_are_found_however_they_are_written(text: str, number: int | None) -> None:
    found = person_finder(PEOPLE)(text)
    assert (found.id if found else None) == number
