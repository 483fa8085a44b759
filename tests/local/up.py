"""`make up`: brings a local stack up, or brings a running one up to date. Returns when it is ready."""

import base64
import json
import secrets
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local import aws, deploy, fixups, programs
from local.environments import python
from local.home import LOCAL, REGION, ROOT, STACK_NAME, Home, State, free_port, locked
from local.options import Options, read_options
from local.progress import step

TENANT = "local"
_POLLERS = "8"
_BUILDS = LOCAL / "builds"


def main() -> None:
    options = read_options()
    home, state = Home(options.port), bring_up(options)
    print(f"""
Darkroom is up.
  API        {state["api_url"]}
  API key    {state["api_key"]}
  Upstream   {state["upstream_url"]}
  All of it  {home.state_file.relative_to(ROOT)}
Stop it with: {home.stop_command}""")


def bring_up(options: Options) -> State:
    home = Home(options.port)
    home.folder.mkdir(parents=True, exist_ok=True)
    with locked(home.folder):
        simulator = "" if options.upstream_url else " and the simulator of upstream"
        with step(f"Starting the emulator of AWS{simulator}"):
            _start(home, options)
        _deploy(home, options)
        with step("Making the tenant and starting the webhook receiver"):
            _put_upstream_key(home)
            _ensure_tenant(home)
        return _ready(home)


@contextmanager
def built() -> Iterator[None]:
    """The layer and the functions as a stack gets them, for who runs them without one."""
    home = Home(free_port())
    home.folder.mkdir(parents=True)
    _BUILDS.mkdir(exist_ok=True)
    try:
        with locked(_BUILDS):
            with step("Building"):
                _build(home)
            yield
    finally:
        shutil.rmtree(home.folder)


def _build(home: Home) -> None:
    deploy.build(home)
    deploy.check_imports()


def _start(home: Home, options: Options) -> None:
    if programs.ensure_emulator(home):
        home.write({"processes": home.read()["processes"]})
    state: State = {"ports": {"simulator": free_port(), "receiver": free_port()}} | home.read()
    if options.upstream_url:
        programs.stop(home, "simulator")
        state |= {"upstream_url": options.upstream_url, "upstream_key": options.upstream_key}
        state["simulator_control_url"] = None
    else:
        state |= _simulator(home, options, state)
    home.write(state | {"processes": home.read()["processes"]})


def _simulator(home: Home, options: Options, state: State) -> State:
    own = state.get("simulator") or {
        "key": f"simulated-{secrets.token_hex(16)}",
        "webhook_secret": f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}",
    }
    arguments = ["--key", own["key"], "--webhook-secret", own["webhook_secret"]]
    url = programs.ensure_server(home, "simulator", state["ports"]["simulator"], arguments)
    control = f"{url}/_control"
    settings = {"tier": options.tier, "inference_seconds": options.inference_seconds}
    _send("PUT", f"{control}/settings", settings)
    return {
        "simulator": own,
        "simulator_control_url": control,
        "upstream_url": f"{url}/api/v3",
        "upstream_key": own["key"],
    }


def _deploy(home: Home, options: Options) -> None:
    parameters = _parameters(home, options)
    deployed = deploy.fingerprint(parameters)
    if home.read().get("deployed") == deployed:
        return
    _BUILDS.mkdir(exist_ok=True)
    with locked(_BUILDS):  # which stacks on other ports share
        with step("Building"):
            _build(home)
        with step("Deploying"):
            deploy.deploy(home, parameters)
            fixups.apply(home)
    home.write(home.read() | {"deployed": deployed})


def _parameters(home: Home, options: Options) -> dict[str, str]:
    state = home.read()
    servers = [name for name in ("simulator", "receiver") if name == "receiver" or not options.upstream_url]
    own = [f"127.0.0.1:{state['ports'][name]}" for name in servers]
    return {
        "Local": "true",
        "LocalTargets": ",".join([*own, *options.allowed_targets]),
        "PublicUrl": home.api_url,
        "UpstreamUrl": state["upstream_url"],
        "UpstreamTier": options.tier,
        "Callbacks": options.callbacks,
        "PollerConcurrency": _POLLERS,
        "DeletionProtection": "false",
        **dict(parameter.split("=", 1) for parameter in options.parameters),
    }


def _put_upstream_key(home: Home) -> None:
    manager = aws.client("secretsmanager", home)
    secret, key = aws.outputs(home)["UpstreamKeyArn"], home.read()["upstream_key"]
    versions = manager.describe_secret(SecretId=secret).get("VersionIdsToStages")
    if not versions or manager.get_secret_value(SecretId=secret)["SecretString"] != key:
        manager.put_secret_value(SecretId=secret, SecretString=key)


def _ensure_tenant(home: Home) -> None:
    """By the command that makes tenants on AWS too; the receiver verifies with the tenant's secret."""
    state = home.read()
    if "api_key" not in state:
        command = [str(python("dev")), "-m", "darkroom.admin", "create-tenant", TENANT, "--stack", STACK_NAME]
        done = subprocess.run(
            command, env=aws.python_environment(home), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"The tenant could not be made:\n{done.stdout}{done.stderr}")
        made = json.loads(done.stdout)
        state |= {name: made[name] for name in ("tenant", "api_key", "webhook_secret")}
        home.write(state)
    arguments = ["--secret", state["webhook_secret"], "--also-v3", state["webhook_secret"]]
    programs.ensure_server(home, "receiver", state["ports"]["receiver"], arguments)


def _ready(home: Home) -> State:
    outputs = aws.outputs(home)
    state = home.read()
    state |= {
        "api_url": home.api_url,
        "aws_endpoint_url": home.endpoint,
        "region": REGION,
        "stack_name": STACK_NAME,
        "bucket": outputs["ImagesBucketName"],
        "jobs_table": outputs["JobsTableName"],
        "accounts_table": outputs["AccountsTableName"],
        "jobs_queue_url": outputs["JobsQueueUrl"],
        "jobs_dead_letter_queue_url": outputs["JobsDeadLetterQueueUrl"],
        "webhook_queue_url": outputs["WebhookQueueUrl"],
        "slow_webhook_queue_url": outputs["SlowWebhookQueueUrl"],
        "webhook_dead_letter_queue_url": outputs["WebhookDeadLetterQueueUrl"],
        "receiver_url": f"http://127.0.0.1:{state['ports']['receiver']}",
    }
    home.write(state)
    return state


def _send(method: str, url: str, body: dict[str, Any]) -> None:
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=10):
        pass


if __name__ == "__main__":
    main()
