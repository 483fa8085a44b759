"""A rotation: the old secrets go on for a day, the new one stands last, and none is cut short."""

import pytest

from darkroom.webhooks.rotation import (
    MAX_SECRETS,
    OVERLAP_SECONDS,
    SigningSecret,
    TooManyRotationsError,
    made_by,
    rotated,
    signing,
)

NOW = 1_760_000_000.0
FIRST = SigningSecret("whsec_first")


def test_after_a_rotation_both_sign_the_new_one_last_and_the_old_one_for_a_day() -> None:
    secrets = rotated([FIRST], "whsec_second", None, NOW)
    assert [each.secret for each in secrets] == ["whsec_first", "whsec_second"]
    assert [each.expires_at for each in secrets] == [NOW + OVERLAP_SECONDS, None]
    assert len(signing(secrets, NOW + OVERLAP_SECONDS - 1)) == 2
    assert [each.secret for each in signing(secrets, NOW + OVERLAP_SECONDS)] == ["whsec_second"]


def test_a_second_rotation_leaves_the_first_ones_end_where_it_was() -> None:
    secrets = rotated(rotated([FIRST], "whsec_second", None, NOW), "whsec_third", None, NOW + 60)
    ends = [each.expires_at for each in secrets]
    assert ends == [NOW + OVERLAP_SECONDS, NOW + 60 + OVERLAP_SECONDS, None]


def test_one_rotation_too_many_is_refused_until_the_oldest_has_ended() -> None:
    secrets = [FIRST]
    for number in range(1, MAX_SECRETS):
        secrets = rotated(secrets, f"whsec_{number}", None, NOW + number)
    with pytest.raises(TooManyRotationsError) as refused:
        rotated(secrets, "whsec_more", None, NOW + 100)
    assert refused.value.next_at == NOW + 1 + OVERLAP_SECONDS
    assert len(rotated(secrets, "whsec_more", None, refused.value.next_at)) == MAX_SECRETS


def test_a_secret_is_found_by_the_key_that_made_it_and_no_secret_by_no_key() -> None:
    secrets = rotated(rotated([FIRST], "whsec_second", "hash", NOW), "whsec_third", None, NOW)
    made = made_by(secrets, "hash")
    assert made is not None
    assert made.secret == "whsec_second"
    assert made_by(secrets, "another") is None
    assert made_by(secrets, None) is None
