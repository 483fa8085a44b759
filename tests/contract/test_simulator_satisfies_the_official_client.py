"""The official `wavespeed` client, unmodified, is the judge of the simulator."""

import io
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image
from wavespeed import Client  # type: ignore[import-untyped]  # it ships no types

from local.simulator.app import TEST_CREDENTIALS, simulator_in_thread
from local.simulator.control import SimulatorControl
from local.simulator.settings import Settings

DREAMINA_ID = "bytedance/dreamina-v3.1/text-to-image"
MODELS = [DREAMINA_ID, "bytedance/seedream-v3.1"]
POLL_SECONDS = 0.03


@pytest.fixture
def simulator() -> Iterator[SimulatorControl]:
    with simulator_in_thread(settings=Settings(inference_seconds=0.1)) as control:
        yield control


@pytest.fixture
def client(simulator: SimulatorControl) -> Client:
    return Client(api_key=TEST_CREDENTIALS.key, base_url=simulator.url, retry_interval=0.01)


@pytest.mark.parametrize("model", MODELS)
def test_run_returns_the_url_of_a_picture(client: Client, model: str) -> None:
    result = client.run(
        model, {"prompt": "a calm sea at dusk", "size": "768*512"}, poll_interval=POLL_SECONDS
    )
    (url,) = result["outputs"]
    assert Image.open(io.BytesIO(httpx.get(url).content)).size == (768, 512)


@pytest.mark.parametrize("model", MODELS)
def test_sync_run_returns_the_url_in_one_request(
    client: Client, simulator: SimulatorControl, model: str
) -> None:
    result = client.run(model, {"prompt": "a calm sea"}, enable_sync_mode=True)
    assert len(result["outputs"]) == 1
    stats = simulator.stats()
    assert (stats.submits_received, stats.result_gets) == (1, 0)


def test_base64_run_returns_the_picture(client: Client) -> None:
    sent = {"prompt": "a calm sea", "size": "512*512", "enable_base64_output": True}
    (output,) = client.run(DREAMINA_ID, sent, poll_interval=POLL_SECONDS)["outputs"]
    assert output.startswith("/9j/")


def test_failing_task_is_raised_with_its_error(client: Client, simulator: SimulatorControl) -> None:
    simulator.arm("fail", error_code=1200, message="flagged")
    with pytest.raises(RuntimeError, match=r"Prediction failed \(task_id: [0-9a-f]{32}\): flagged"):
        client.run(DREAMINA_ID, {"prompt": "x"}, poll_interval=POLL_SECONDS)


def test_failing_task_is_run_again_where_that_is_asked_for(
    client: Client, simulator: SimulatorControl
) -> None:
    simulator.arm("fail", message="HTTP 503 upstream")
    result = client.run(DREAMINA_ID, {"prompt": "again"}, poll_interval=POLL_SECONDS, max_retries=1)
    assert len(result["outputs"]) == 1
    assert simulator.stats().submits_by_prompt == {"again": 2}


@pytest.mark.parametrize("word", ["cancelled", "timeout", "deleted"])
def test_known_end_words_end_the_wait(client: Client, simulator: SimulatorControl, word: str) -> None:
    simulator.arm("odd_status", word=word)
    with pytest.raises(RuntimeError, match=f"Prediction {word}"):
        client.run(DREAMINA_ID, {"prompt": "x"}, poll_interval=POLL_SECONDS)


def test_unknown_word_is_polled_until_the_clients_own_timeout(
    client: Client, simulator: SimulatorControl
) -> None:
    simulator.arm("odd_status", word="hibernating")
    with pytest.raises(TimeoutError):
        client.run(DREAMINA_ID, {"prompt": "x"}, timeout=0.6, poll_interval=POLL_SECONDS)


def test_task_that_never_finishes_can_be_read_after_the_timeout(
    client: Client, simulator: SimulatorControl
) -> None:
    simulator.arm("never_finish")
    result = client.run_no_throw(DREAMINA_ID, {"prompt": "x"}, timeout=0.4, poll_interval=POLL_SECONDS)
    assert result["status"] == "failed"
    assert client.get_result(result["task_id"])["data"]["status"] == "processing"


@pytest.mark.parametrize("answer", ["5004", "504"])
def test_sync_timeout_leaves_the_task_running(
    client: Client, simulator: SimulatorControl, answer: str
) -> None:
    simulator.arm("sync_timeout", answer=answer)
    result = client.run_no_throw(DREAMINA_ID, {"prompt": "x"}, enable_sync_mode=True)
    assert result["outputs"] is None
    if answer == "5004":
        assert result["status"] == "processing"
        assert f"{simulator.url}/api/v3/predictions/{result['task_id']}/result" in result["error"]
    assert simulator.stats().charges == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_errors_of_a_look_are_ridden_out(
    client: Client, simulator: SimulatorControl, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    simulator.arm("result_error", status=status, count=3)
    assert client.run(DREAMINA_ID, {"prompt": "x"}, poll_interval=POLL_SECONDS)["outputs"]
    assert f"HTTP {status}" in capsys.readouterr().out


def test_lost_reply_is_never_posted_again(client: Client, simulator: SimulatorControl) -> None:
    simulator.arm("lost_reply")
    with pytest.raises(RuntimeError, match="did not return a response"):
        client.run(DREAMINA_ID, {"prompt": "once"}, max_retries=3)
    assert simulator.stats().charges_by_prompt == {"once": 1}


@pytest.mark.parametrize("kind", ["refuse", "rate_limited", "error_500_created", "error_500_not_created"])
def test_submit_that_is_not_200_is_raised_and_not_posted_again(
    client: Client, simulator: SimulatorControl, kind: str
) -> None:
    simulator.arm(kind)
    with pytest.raises(RuntimeError, match="Failed to submit prediction: HTTP"):
        client.run(DREAMINA_ID, {"prompt": "once"}, max_retries=3)
    assert simulator.stats().submits_by_prompt == {"once": 1}


def test_bad_size_is_told_to_the_caller(client: Client) -> None:
    with pytest.raises(RuntimeError, match=r"HTTP 400.*each dimension of size must be 512 to 2048"):
        client.run(DREAMINA_ID, {"prompt": "x", "size": "4096*4096"})


def test_wrong_key_is_told_to_the_caller(simulator: SimulatorControl) -> None:
    with pytest.raises(RuntimeError, match="HTTP 401"):
        Client(api_key="wrong", base_url=simulator.url).run(DREAMINA_ID, {"prompt": "x"})
