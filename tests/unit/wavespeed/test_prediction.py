"""Predictions as upstream shows them, in full, in part and in odd types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.jobs.failure import ErrorCode
from darkroom.jobs.upstream import Prediction, Progress
from darkroom.wavespeed.prediction import read_prediction


def read(**fields: object) -> Prediction:
    prediction = read_prediction({"id": "a1", "status": "completed", **fields})
    assert prediction is not None
    return prediction


def test_completed_prediction_is_read_whole() -> None:
    assert read(
        model="bytedance/seedream-v3.1",
        outputs=["https://cdn.example/1.png", "https://cdn.example/2.png"],
        urls={"get": "https://upstream.example/x"},
        has_nsfw_contents=[False, True],
        created_at="2025-05-19T06:09:15.948268264Z",
        error="",
        timings={"inference": 5321.6},
        input={"prompt": "a lighthouse", "seed": 7},
    ) == Prediction(
        id="a1",
        progress=Progress.COMPLETED,
        status_word="completed",
        model="bytedance/seedream-v3.1",
        outputs=("https://cdn.example/1.png", "https://cdn.example/2.png"),
        nsfw=(False, True),
        inference_ms=5322,
        created_at=1747634955.948268,
        input={"prompt": "a lighthouse", "seed": 7},
    )


@pytest.mark.parametrize(
    ("word", "progress", "known"),
    [
        ("created", Progress.RUNNING, True),
        ("processing", Progress.RUNNING, True),
        ("completed", Progress.COMPLETED, True),
        ("failed", Progress.FAILED, True),
        ("cancelled", Progress.FAILED, True),
        ("timeout", Progress.FAILED, True),
        ("deleted", Progress.FAILED, True),
        ("queued", Progress.RUNNING, False),
        ("Completed", Progress.RUNNING, False),
    ],
)
def test_status_words(word: str, progress: Progress, known: bool) -> None:
    prediction = read(status=word)
    assert (prediction.progress, prediction.status_word, prediction.known_word) == (progress, word, known)
    assert (prediction.failure is not None) == (progress is Progress.FAILED)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "failed"}, ErrorCode.UPSTREAM_FAILED),
        ({"status": "failed", "code": 0}, ErrorCode.UPSTREAM_FAILED),
        ({"status": "failed", "code": 1200}, ErrorCode.MODERATION_REFUSED),
        ({"status": "failed", "code": "1200"}, ErrorCode.MODERATION_REFUSED),
        ({"status": "failed", "code": 1400}, ErrorCode.UPSTREAM_REJECTED),
        ({"status": "failed", "code": 1401}, ErrorCode.UPSTREAM_REJECTED),
        ({"status": "failed", "code": 1402}, ErrorCode.UPSTREAM_REJECTED),
        ({"status": "failed", "code": 1403}, ErrorCode.UPSTREAM_FAILED),
        ({"status": "failed", "code": 1405}, ErrorCode.UPSTREAM_FAILED),
        ({"status": "failed", "code": 1406}, ErrorCode.UPSTREAM_FAILED),
        ({"status": "failed", "code": 1407}, ErrorCode.UPSTREAM_FAILED),
        ({"status": "failed", "code": 5000}, ErrorCode.UPSTREAM_FAILED),
        ({"status": "failed", "code": 5003}, ErrorCode.UPSTREAM_FAILED),
        ({"status": "failed", "code": 5004}, ErrorCode.UPSTREAM_TIMEOUT),
        ({"status": "failed", "code": 7777}, ErrorCode.UPSTREAM_FAILED),
        ({"status": "timeout"}, ErrorCode.UPSTREAM_TIMEOUT),
        ({"status": "cancelled", "code": 1200}, ErrorCode.UPSTREAM_CANCELLED),
        ({"status": "deleted"}, ErrorCode.UPSTREAM_CANCELLED),
    ],
)
def test_error_codes_become_our_own(fields: dict[str, object], code: ErrorCode) -> None:
    failure = read(**fields).failure
    assert failure is not None
    assert failure.code is code


def test_failure_tells_what_upstream_said() -> None:
    failure = read(status="failed", error="content flagged").failure
    assert failure is not None
    assert failure.message == ("The upstream service failed to generate the image. It says: content flagged")


def test_timed_out_sync_mode_is_still_running() -> None:
    prediction = read(status="processing", code=5004, error="Sync mode timed out")
    assert (prediction.progress, prediction.failure) == (Progress.RUNNING, None)


@pytest.mark.parametrize("nsfw", [None, [True], [None, None], "no", [0, 1]])
def test_nsfw_flags_that_do_not_fit_the_outputs_say_nothing(nsfw: object) -> None:
    assert read(outputs=["a", "b"], has_nsfw_contents=nsfw).nsfw == ()


@pytest.mark.parametrize(
    "timings", [None, {}, {"inference": "5"}, {"inference": True}, {"inference": -1}, [5]]
)
def test_inference_time_that_is_none_is_absent(timings: object) -> None:
    assert read(timings=timings).inference_ms is None


@pytest.mark.parametrize("infinite", [float("inf"), float("nan"), 1e300])
def test_inference_time_without_end_is_absent(infinite: float) -> None:
    assert read(timings={"inference": infinite}).inference_ms is None


def test_an_inference_time_too_long_for_any_float_is_absent() -> None:
    assert read(timings={"inference": 10**400}).inference_ms is None


@pytest.mark.parametrize("created_at", [None, 5, "", "yesterday", "2025-05-19T06:09:15"])
def test_time_that_can_not_be_read_is_absent(created_at: object) -> None:
    assert read(created_at=created_at).created_at is None


def test_input_is_read_under_both_of_its_names() -> None:
    assert read(input={"seed": 1}, inputs={"seed": 2}).input == {"seed": 1}
    assert read(input=None, inputs={"seed": 2}).input == {"seed": 2}
    assert read(input="seed").input == {}


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "a1",
        {},
        {"id": "a1"},
        {"status": "failed"},
        {"id": "a1", "status": ""},
        {"id": 1, "status": "failed"},
    ],
)
def test_what_lacks_id_or_status_is_no_prediction(data: object) -> None:
    assert read_prediction(data) is None


_NAMES = (
    "model",
    "outputs",
    "has_nsfw_contents",
    "created_at",
    "error",
    "code",
    "timings",
    "input",
    "status",
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["inference", "x"]), inner),
)


@given(st.dictionaries(st.sampled_from(_NAMES), _VALUES))
def test_no_field_of_any_type_raises(fields: dict[str, object]) -> None:
    prediction = read_prediction({"id": "a1", "status": "failed", **fields})
    assert prediction is None or (prediction.failure is not None) == (prediction.progress is Progress.FAILED)
