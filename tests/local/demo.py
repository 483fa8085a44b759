"""`make demo`: the main job from end to end, as a person would watch it. Leaves the stack up."""

import hashlib
import json
import secrets
import time
from pathlib import Path
from typing import Any

import httpx

from local.home import LOCAL, Home
from local.options import REAL_UPSTREAM, read_options
from local.receiver.client import ReceiverClient
from local.receiver.inbox import Received
from local.up import bring_up

PROMPTS = {
    "bytedance/dreamina-v3.1/text-to-image": "A lighthouse above a calm sea at dusk, warm light inside",
    "bytedance/seedream-v3.1": "雪山下的小镇，清晨，炊烟升起",  # noqa: RUF001  # a village below snowy mountains
}
PICTURES = LOCAL / "pictures"
PATIENCE_SECONDS = 300.0
LOOK_SECONDS = 0.5
QUIET_SECONDS = 3.0

Record = dict[str, Any]


def main() -> None:
    options = read_options()
    state = bring_up(options)
    real = state["upstream_url"] == REAL_UPSTREAM
    print(f"\nUpstream: {'the real WaveSpeedAI API; pictures cost money' if real else 'the simulator'}")
    path = f"/demo/{secrets.token_hex(4)}"
    headers = {"authorization": f"Bearer {state['api_key']}"}
    with (
        httpx.Client(base_url=state["api_url"], headers=headers, timeout=30.0, trust_env=False) as api,
        ReceiverClient(state["receiver_url"]) as receiver,
    ):
        submitted = [_submit(api, model, state["receiver_url"] + path) for model in PROMPTS]
        records = _watched(api, submitted)
        webhooks = receiver.wait_for(len(records), path=path, timeout_seconds=30.0)
        _show("The webhook, as it arrived", _webhook(webhooks[0]))
        shown = json.loads(webhooks[0].body)["data"]["id"]
        for webhook in webhooks:
            told = "verified with the package standardwebhooks" if webhook.verified else webhook.reason
            print(f"Signature of {webhook.headers['webhook-id']}: {told}")
        _show("The job's record", _pretty(api.get(f"/v1/jobs/{shown}").json()))
        _save(api, records)
    print(f"\nThe stack is still up: {state['api_url']}\n  API key {state['api_key']}")
    print(f"Stop it with: {Home(options.port).stop_command}")
    if not all(webhook.verified for webhook in webhooks):
        raise SystemExit("A webhook's signature did not verify.")


def _submit(api: httpx.Client, model: str, webhook_url: str) -> Record:
    body = {"model": model, "prompt": PROMPTS[model], "webhook_url": webhook_url}
    answer = api.post("/v1/jobs", json=body)
    if answer.status_code != httpx.codes.ACCEPTED:
        raise SystemExit(f"POST /v1/jobs: {answer.status_code} {answer.text}")
    record: Record = answer.json()
    print(f"POST /v1/jobs → 202 {record['id']}\n  {model}: {PROMPTS[model]}")
    return record


def _watched(api: httpx.Client, submitted: list[Record]) -> list[Record]:
    """The records, all ended. Says each status as it changes, and every few seconds that it still waits."""
    began, said = time.monotonic(), 0.0
    seen = {record["id"]: record for record in submitted}
    while waiting := [job_id for job_id, record in seen.items() if record["status"] != "completed"]:
        passed = time.monotonic() - began
        if passed > PATIENCE_SECONDS:
            raise SystemExit(f"Not finished after {PATIENCE_SECONDS:.0f} s: {', '.join(waiting)}")
        for job_id in waiting:
            record, before = api.get(f"/v1/jobs/{job_id}").json(), seen[job_id]["status"]
            seen[job_id] = record
            if record["status"] in ("failed", "cancelled"):
                raise SystemExit(f"{job_id} {record['status']}: {record['error']}")
            if record["status"] != before:
                said = passed
                print(f"{passed:5.1f} s  {job_id}  {before} → {record['status']}", flush=True)
        if passed - said > QUIET_SECONDS:
            said = passed
            print(f"{passed:5.1f} s  {len(waiting)} in the making …", flush=True)
        time.sleep(LOOK_SECONDS)
    return list(seen.values())


def _webhook(received: Received) -> str:
    headers = [f"{name}: {value}" for name, value in received.headers.items()]
    return "\n".join([f"{received.method} {received.path}", *headers, "", _pretty(json.loads(received.body))])


def _pretty(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def _save(api: httpx.Client, records: list[Record]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    print("\nPictures, fetched by their signed links")
    for record in records:
        for number, output in enumerate(record["outputs"]):
            # The link carries its own authorization
            picture = httpx.get(output["url"], timeout=60.0, trust_env=False).raise_for_status().content
            if hashlib.sha256(picture).hexdigest() != output["sha256"]:
                raise SystemExit(f"{output['s3_uri']} is not the picture that its record names")
            file = PICTURES / f"{record['id']}-{number}{Path(output['s3_uri']).suffix}"
            file.write_bytes(picture)
            print(f"  {file}  {output['width']} x {output['height']}, SHA-256 as recorded")


def _show(title: str, text: str) -> None:
    print(f"\n{title}\n" + "\n".join(f"  {line}" for line in text.splitlines()))


if __name__ == "__main__":
    main()
