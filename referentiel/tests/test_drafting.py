"""Drafts as they are typed: writing then reading gives the same value back; whatever is typed is read."""

import pytest
from hypothesis import example, given, strategies as st

from referentiel import drafting
from referentiel.tests.factories import FICTITIOUS, SEED, content_of_file


@pytest.mark.parametrize("name", [SEED, FICTITIOUS])
def test_what_is_written_is_read_back(name):
    content = content_of_file(name)
    assert drafting.read_nested(drafting.write_nested(content["missions"])) == content["missions"]
    assert drafting.lines_of(drafting.write_lines(content["objective"])) == content["objective"]
    sections = content["evaluation_arrangements"]
    assert drafting.typed_arrangements(drafting.write_arrangements(sections)) == sections
    assert drafting.typed_footnotes(drafting.write_footnotes(content["footnotes"])) == content["footnotes"]
    for capacity in content["capacities"]:
        assert drafting.read_nested(drafting.write_nested(capacity["conditions"])) == capacity["conditions"]
        for criterion in capacity["criteria"]:
            assert drafting.read_criterion(drafting.write_criterion(criterion)) == criterion
    blocks = [row["block"] for row in content["capacities"] if row["block"]]
    assert drafting.read_blocks(drafting.write_blocks(blocks)) == list(
        {block["code"]: block for block in blocks}.values()
    )


@pytest.mark.parametrize(
    ("typed", "criterion"),
    [
        ("  \n ", None),
        ("Le plan est lu.", ("Le plan est lu.", [], [], "")),
        ("Le plan\nest lu.", ("Le plan est lu.", [], [], "")),
        ("Relever :\n- a,\n• b,\n\nsont notés.", ("Relever :", ["a,", "b,"], [], "sont notés.")),
        ("Ici.\net/ou :\nLà.", ("", [], ["Ici.", "Là."], "")),
        ("Et/ou\nLà.", ("Là.", [], [], "")),
        ("- seul", ("- seul", [], [], "")),
    ],
)
def test_criteria_as_people_type_them(typed, criterion):
    keys = ("text", "items", "alternatives", "tail")
    assert drafting.read_criterion(typed) == (criterion and dict(zip(keys, criterion, strict=True)))


@example(": sans code")
@given(st.text(alphabet=st.sampled_from("ab -#•:\n/") | st.characters(), max_size=80))
def test_any_text_is_read_without_an_empty_part(typed):
    criterion = drafting.read_criterion(typed)
    if criterion:
        assert criterion["text"] or len(criterion["alternatives"]) > 1
        assert all([*criterion["items"], *criterion["alternatives"]])
    assert all(row["text"] and all(row["items"]) for row in drafting.read_nested(typed))
    assert all(row["heading"] and all(row["text"]) for row in drafting.typed_arrangements(typed))
    assert all(block["code"] and block["title"] for block in drafting.read_blocks(typed))
    assert all(note["text"] for note in drafting.typed_footnotes(typed))
