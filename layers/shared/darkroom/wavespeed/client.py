"""The upstream client: the `Upstream` port over WaveSpeed's REST API. It decides nothing about jobs.

It never repeats a request by itself, and no body that upstream sends makes it raise anything undefined.
"""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import httpx

from darkroom.jobs.upstream import (
    KeyRefused,
    NotCreated,
    Prediction,
    SubmitOutcome,
    UpstreamUnavailableError,
)
from darkroom.ports import ThrottledError
from darkroom.wavespeed.answer import Answer, read_answer
from darkroom.wavespeed.document import usable_id
from darkroom.wavespeed.money import read_balance, read_price
from darkroom.wavespeed.outcome import outcome_of_answer, outcome_of_error
from darkroom.wavespeed.prediction import read_prediction
from darkroom.wavespeed.recent import read_recent
from darkroom.wavespeed.transport import FRESH_CONNECTION

_CONNECT_SECONDS = 4.0  # name resolution and TCP; TLS may take as long again
_WRITE_SECONDS = 3.0
_POOL_SECONDS = 1.0
_READS_SECONDS = 20.0
_BEFORE_READING_SECONDS = 2 * _CONNECT_SECONDS + _WRITE_SECONDS + _POOL_SECONDS
_KEY = re.compile(r"[\x21-\x7e]+")


class _KeyUnusableError(Exception):
    """There is no key, or it can't stand in a header."""


class WaveSpeed:
    """Safe to share between threads. `base_url` ends in `/api/v3`, without a slash.

    `api_key` is called for each request and reads the secret when it is first needed: an empty text where
    none has been set, ThrottledError where it can't be read now. `renew_key` is told that upstream does not
    know the key; the request is not repeated with another one.
    """

    def __init__(
        self,
        client: httpx.Client,
        base_url: str,
        api_key: Callable[[], str],
        *,
        renew_key: Callable[[], object] = lambda: None,
        submit_seconds: float = 30.0,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`submit_seconds` bounds the paid POST in all; most of it is left for upstream to answer in."""
        self._client = client
        self._base_url = base_url
        self._api_key = api_key
        self._renew_key = renew_key
        self._submit_seconds = submit_seconds
        self._clock = clock
        self._monotonic = monotonic

    def submit(self, model: str, inputs: Mapping[str, Any], webhook_url: str | None) -> SubmitOutcome:
        params = None if webhook_url is None else {"webhook": webhook_url}
        try:
            return outcome_of_answer(
                self._send("POST", model, self._submit_seconds, body=inputs, params=params, fresh=True)
            )
        except _KeyUnusableError as error:
            return KeyRefused(str(error))
        except ThrottledError:
            return NotCreated("the upstream key could not be read")
        except httpx.InvalidURL:
            return NotCreated("InvalidURL")
        except httpx.HTTPError as error:
            return outcome_of_error(error)

    def result(self, prediction_id: str) -> Prediction | None:
        answer = self._read("GET", f"predictions/{_safe(prediction_id)}/result")
        if answer.status_code == 404:
            return None
        prediction = read_prediction(_content(answer))
        if prediction is None or prediction.id != prediction_id:
            raise UpstreamUnavailableError(f"{answer.summary}, not the prediction asked for")
        return prediction

    def recent(self, model: str, created_after: float, created_before: float) -> Sequence[Prediction]:
        def page(query: Mapping[str, Any]) -> object:
            return _content(self._read("POST", "predictions", query)).get("items")

        return read_recent(page, model, created_after, created_before)

    def delete(self, prediction_id: str) -> None:
        answer = self._read("DELETE", f"predictions/{_safe(prediction_id)}")
        if answer.status_code != 404:  # it is gone already
            _content(answer)

    def webhook_secret(self) -> str:
        """What upstream signs its callbacks with. Raises UpstreamUnavailableError."""
        secret = _content(self._read("GET", "webhook/secret")).get("secret")
        if not isinstance(secret, str) or not secret.strip():
            raise UpstreamUnavailableError("no webhook secret in the answer")
        return secret.strip()

    def knows_key(self) -> bool | None:
        """False where upstream refuses it (401); None where it can't be asked now."""
        try:
            answer = self._read("GET", "balance")
        except UpstreamUnavailableError:
            return None
        return {200: True, 401: False}.get(answer.status_code)

    def balance_microusd(self) -> int:
        """What the account has left. Raises UpstreamUnavailableError."""
        return read_balance(_content(self._read("GET", "balance")))

    def price_microusd(self, model: str, inputs: Mapping[str, Any]) -> int:
        """Of one image. Raises UpstreamUnavailableError."""
        return read_price(_content(self._read("POST", "model/price", {"model_id": model, "inputs": inputs})))

    def _read(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """A request that is free of charge. Raises UpstreamUnavailableError where no answer came at all."""
        try:
            return self._send(method, path, _READS_SECONDS, body=body)
        except (_KeyUnusableError, ThrottledError) as error:
            raise UpstreamUnavailableError("no usable upstream key") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UpstreamUnavailableError(type(error).__name__) from error

    def _send(
        self,
        method: str,
        path: str,
        total_seconds: float,
        *,
        body: Mapping[str, Any] | None,
        params: Mapping[str, str] | None = None,
        fresh: bool = False,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self._usable_key()}", "Content-Type": "application/json"}
        request = self._client.build_request(
            method,
            f"{self._base_url}/{path}",
            # ASCII with escapes: a lone surrogate in a prompt can't be encoded otherwise.
            content=None if body is None else json.dumps(body).encode(),
            params=params,
            headers=headers,
            timeout=_timeouts(total_seconds),
            extensions={FRESH_CONNECTION: fresh},
        )
        ends_at = self._monotonic() + total_seconds
        response = self._client.send(request, stream=True)
        try:
            answer = read_answer(response, lambda: self._monotonic() < ends_at, self._clock())
        finally:
            response.close()
        if answer.status_code == 401:
            with suppress(ThrottledError):
                self._renew_key()
        return answer

    def _usable_key(self) -> str:
        key = self._api_key().strip()
        if not _KEY.fullmatch(key):
            raise _KeyUnusableError("no usable upstream key")
        return key


def _timeouts(total_seconds: float) -> httpx.Timeout:
    """httpx bounds each operation by itself; together they fit into the total."""
    return httpx.Timeout(
        connect=_CONNECT_SECONDS,
        write=_WRITE_SECONDS,
        pool=_POOL_SECONDS,
        read=total_seconds - _BEFORE_READING_SECONDS,
    )


def _safe(prediction_id: str) -> str:
    if usable_id(prediction_id) is None:
        raise UpstreamUnavailableError("not a prediction's id")
    return prediction_id


def _content(answer: Answer) -> Mapping[str, Any]:
    """The envelope's content of a good answer, and of no other."""
    if answer.status_code != 200 or answer.defect or not answer.data:
        raise UpstreamUnavailableError(answer.summary, answer.retry_after_seconds)
    return answer.data
