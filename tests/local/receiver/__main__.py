"""`python -m local.receiver --port 0 --secret whsec_…`, with `tests` on PYTHONPATH."""

import argparse
from pathlib import Path

from local.receiver.app import build
from local.receiver.verification import Secrets, check_secret
from local.serving import serve


def _labelled(given: list[str]) -> Secrets:
    """`label=whsec_…`, or a bare secret, which is labelled by its place."""
    secrets: Secrets = {}
    for place, text in enumerate(given, start=1):
        label, _, secret = text.rpartition("=whsec_")
        secrets[label or str(place)] = f"whsec_{secret}" if label else text
    return secrets


def main() -> None:
    parser = argparse.ArgumentParser(prog="local.receiver", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--secret", action="append", default=[], help="[label=]whsec_…, again for more")
    parser.add_argument("--also-v3", action="append", default=[], help="[label=]secret of upstream's scheme")
    parser.add_argument("--ready-file", type=Path, help="gets the URL as soon as it answers")
    given = parser.parse_args()
    secrets = _labelled(given.secret)
    for secret in secrets.values():
        check_secret(secret)
    serve(build(secrets, _labelled(given.also_v3)), given.port, given.ready_file)


if __name__ == "__main__":
    main()
