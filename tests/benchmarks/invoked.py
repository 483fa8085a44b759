"""A Lambda's life in a process of its own: init, first call, and so many warm ones. Runs on the layer alone.

Prints one JSON object: milliseconds of init and first call, CPU milliseconds of a warm call, the answer.
Usage: python invoked.py HANDLER_MODULE EVENT_FILE WARM_CALLS
"""

import json
import sys
import time
from importlib import import_module


class Context:
    function_name = "function"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:function"
    aws_request_id = "52fdfc07-2182-154f-163f-5f0f9a621d72"

    def get_remaining_time_in_millis(self) -> int:
        return 100_000


def main(module: str, event_file: str, warm_calls: int) -> None:
    with open(event_file) as file:  # noqa: PTH123  # pathlib is not for the clock to count
        event = json.load(file)
    read = time.perf_counter()
    handler = import_module(module).lambda_handler
    imported = time.perf_counter()
    answer = handler(event, Context())
    answered = time.perf_counter()
    cpu_began = time.process_time()
    for _ in range(warm_calls):
        handler(event, Context())
    cpu = time.process_time() - cpu_began
    measured = {
        "init_ms": (imported - read) * 1000,
        "call_ms": (answered - imported) * 1000,
        "warm_cpu_ms": cpu * 1000 / warm_calls if warm_calls else None,
        "loaded": sorted(
            {name.partition(".")[0] for name, module in sys.modules.items() if _installed(module)}
        ),
        "answer": answer,
    }
    print("\n" + json.dumps(measured))


def _installed(module: object) -> bool:
    return "site-packages" in (getattr(module, "__file__", None) or "")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
