"""What a jurisdiction changes; an unknown one gets the strictest of every rule."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.safety.jurisdictions import (
    fixed_phrases_only,
    is_known,
    load_jurisdictions,
    profile_of,
)
from knowledge.errors import InputError

DAYS, HOURS = timedelta(days=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("code", "known", "fixed", "after", "remind", "remind_minors"),
    [
        ("CO", True, False, None, None, None),
        ("CA", True, False, None, None, 3 * HOURS),
        ("us-ca", True, False, None, None, 3 * HOURS),
        ("IL", True, True, None, None, None),
        ("NV", True, False, None, None, None),
        ("NY", True, False, None, 3 * HOURS, None),
        ("UT", True, False, 7 * DAYS, None, None),
        ("", False, True, 7 * DAYS, 3 * HOURS, 3 * HOURS),
        ("ZZ", False, True, 7 * DAYS, 3 * HOURS, 3 * HOURS),
    ],
)
def test_profile(code, known, fixed, after, remind, remind_minors):
    profile = profile_of(code)
    assert (is_known(code), fixed_phrases_only(code)) == (known, fixed)
    assert profile.disclose_after == after
    assert (profile.remind_after, profile.remind_minors_after) == (remind, remind_minors)


def test_every_profile_names_its_law():
    assert all(profile.sources for profile in load_jurisdictions().profiles.values())


def test_the_review_is_not_overdue():
    """The release check of DOMAIN D.7: a table that nobody looked at in time blocks a release."""
    table = load_jurisdictions()
    assert not table.overdue(datetime.now(UTC).date())
    assert table.overdue(table.review_by + DAYS)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('review_by = 2027-01-01\nknown = ["CA"]\n[profile.UT]\n', "profile.UT: not in `known`"),
        ('review_by = 2027-01-01\ncolour = "red"\n', "unknown key 'colour'"),
        ('known = ["CA"]\n', "review_by"),
        (
            'review_by = 2027-01-01\nknown = ["CA"]\n[profile.CA]\nsources = []\n',
            "profile.CA: sources",
        ),
        (
            'review_by = 2027-01-01\nknown = ["CA"]\n[profile.CA]\nsources = ["AB 3030"]\n',
            "profile.CA: reviewed_on",
        ),
        (
            'review_by = 2027-01-01\nknown = ["CA"]\n[profile.CA]\nsources = ["AB 3030"]\n'
            "reviewed_on = 2026-11-21\nremind_after_hours = 0\n",
            "remind_after_hours",
        ),
    ],
)
def test_a_broken_table_says_file_and_key(tmp_path, content, said):
    path = tmp_path / "jurisdictions.toml"
    path.write_text(content)
    with pytest.raises(InputError, match=r"jurisdictions\.toml") as error:
        load_jurisdictions(path)
    assert said in str(error.value)
