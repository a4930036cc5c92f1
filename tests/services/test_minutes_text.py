import re
from pathlib import Path

import pytest

from salesops_tui.services.calls import current_call, end_call, find_call
from salesops_tui.services.minutes import minutes_of
from salesops_tui.services.minutes_text import escaped, minutes_markdown
from tests.company import Company
from tests.hostile import CORPUS


@pytest.fixture
def company(tmp_path: Path) -> Company:
    company = Company(tmp_path / "store.db")
    company.claim("D1", account="Acme", name="Core", owner="lee", amount=1000, category="commit")
    company.claim("D2", account="Bolt", name="Seats", owner="ana", amount=500, category="commit")
    company.claim("D3", account="Coil", name="Renewal", owner="sam", amount=250, category="commit")
    return company.later(hours=1)


def minutes(company: Company) -> str:
    call = current_call(company.context)
    assert call is not None
    return minutes_markdown(minutes_of(company.context, call))


def test_what_changed_what_held_and_what_was_not_asked(company: Company) -> None:
    company.fail("D1", "paper_process")
    company.later(minutes=2)
    company.pass_("D2")
    text = minutes(company)
    assert "# Everybody, FY26-Q4" in text
    assert (
        "## What changed (1)\n\n- **Acme · Core** (Lee Park, 1,000.00): Commit → Best Case, failed Paper process"
        in text
    )
    assert "## Asked, and where it was (1)\n\n- **Bolt · Seats** (Ana Diaz, 500.00): Commit, passed" in text
    assert re.search(r"## Left uninspected \(1\)\n\n- (Coil · )?Renewal: 250.00", text)
    assert "| Commit | 1,750.00 | 750.00 | -1,000.00 |" in text
    assert "- Economic buyer: yes, unsupported" in text


def test_the_minutes_of_an_ended_call_stay_as_they_were_said(company: Company) -> None:
    company.fail("D1")
    call = current_call(company.context)
    assert call is not None
    end_call(company.context, call)
    said = minutes_markdown(minutes_of(company.context, find_call(company.context, call.id)))
    company.later(hours=1)
    company.claim("D2", amount=9999)
    assert minutes_markdown(minutes_of(company.context, find_call(company.context, call.id))) == said
    assert "9,999" not in said


@pytest.mark.parametrize("text", CORPUS)
def test_text_of_others_is_one_line_and_no_markdown(text: str) -> None:
    line = escaped(text)
    assert "\n" not in line
    assert "\r" not in line
    bare = re.sub(r"\\.", "", line)  # what is left must mean nothing to Markdown
    assert not re.search(r"[*_`<>\[\]|~#]", bare)
    assert not re.match(r"[-+=]|\d+[.)]", bare)
    unescaped = re.sub(r"\\([^\w\s])", r"\1", line)
    assert unescaped == " ".join(text.split()) or text[:1].isdigit()


@pytest.mark.parametrize("text", ["1. first", "- item", "# title", "a|b", "\\", "+1", "2) x"])
def test_what_begins_a_list_or_a_title_begins_nothing(text: str) -> None:
    assert not re.match(r"(#|[-+=]|\d+[.)]\s)", escaped(text))
