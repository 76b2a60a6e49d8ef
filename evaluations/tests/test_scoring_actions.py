import pytest

from evaluations.actions import scoring
from evaluations.tests.factories import fill_sheet, make_open_sheet

pytestmark = pytest.mark.django_db


def test_smoke():
    sheet = make_open_sheet()
    sheet = fill_sheet(sheet)
    sheet = scoring.submit_sheet(sheet=sheet, by=sheet.evaluator)
    assert sheet.evaluation.state == "submitted"
