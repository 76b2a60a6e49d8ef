"""The current stage is the first unfinished one."""

import pytest
from hypothesis import given, strategies as st

from candidates.rules import Stage
from evaluations.rules import stage

NOTHING = {str(step): False for step in Stage}


@pytest.mark.parametrize("current", Stage)
def test_the_stage_after_the_finished_ones(current):
    steps = list(Stage)
    finished = {str(step): steps.index(step) < steps.index(current) for step in Stage}
    assert stage(**finished) == current


@pytest.mark.parametrize(
    ("finished", "current"),
    [
        ([], Stage.REGISTRATION),
        (["registration"], Stage.DOSSIER),
        (["registration", "dossier", "opinion", "interview"], Stage.EVALUATIONS),  # the opinion came early
        (["registration", "dossier", "evaluations", "interview"], Stage.OPINION),
        (list(NOTHING), Stage.RESULT),
    ],
)
def test_the_first_unfinished_one_whatever_is_done_beyond(finished, current):
    assert stage(**NOTHING | dict.fromkeys(finished, True)) == current


@given(st.fixed_dictionaries(dict.fromkeys(NOTHING, st.booleans())), st.sampled_from(Stage))
def test_finishing_one_more_never_goes_back(finished, step):
    steps = list(Stage)
    assert steps.index(stage(**finished | {str(step): True})) >= steps.index(stage(**finished))
