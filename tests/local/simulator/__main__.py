"""`python -m local.simulator --port 0 --key KEY --webhook-secret whsec_…`, with `tests` on PYTHONPATH."""

import argparse
from itertools import zip_longest
from pathlib import Path

from local.serving import serve
from local.simulator.app import TEST_CREDENTIALS, build
from local.simulator.settings import TIERS, Settings
from local.simulator.world import Credentials


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="local.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--key", action="append", help="an accepted API key; again for more accounts")
    parser.add_argument("--webhook-secret", action="append", help="of the key in the same place, or of all")
    parser.add_argument(
        "--speed", type=float, default=1.0, help="factor on inference times; 0.33: 6 s become 2 s"
    )
    parser.add_argument(
        "--inference-seconds", type=float, help="one time for all, instead of each model's own"
    )
    parser.add_argument("--tier", choices=sorted(TIERS), default="silver")
    parser.add_argument("--picture-format", choices=("jpeg", "png", "webp"), default="jpeg")
    parser.add_argument("--picture-style", choices=("scene", "plain"), default="scene")
    parser.add_argument(
        "--seed", type=int, default=1, help="of inference times, random seeds and chance faults"
    )
    parser.add_argument(
        "--public-url", help="what outputs and urls.get start with, if not http://127.0.0.1:PORT"
    )
    parser.add_argument("--ready-file", type=Path, help="gets the URL as soon as it answers")
    return parser.parse_args()


def main() -> None:
    given = _arguments()
    keys = given.key or [TEST_CREDENTIALS.key]
    secrets = given.webhook_secret or [TEST_CREDENTIALS.webhook_secret]
    pairs = zip_longest(keys, secrets[: len(keys)], fillvalue=secrets[-1])
    names = ("speed", "inference_seconds", "tier", "picture_format", "picture_style")
    settings = Settings.model_validate({name: getattr(given, name) for name in names})
    application = build([Credentials(*pair) for pair in pairs], settings, given.seed)
    serve(lambda url: application(given.public_url or url), given.port, given.ready_file)


if __name__ == "__main__":
    main()
