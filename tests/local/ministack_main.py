"""Starts MiniStack (1.5.33) with the two things that it lacks for us. Runs in MiniStack's own environment.

The Lambdas get an interpreter of their own, so that nothing installed here can be imported there; and an API
whose routes change keeps its id, as on AWS.
"""

import os
import sys
from typing import Any


def keep_api_id() -> None:
    """CloudFormation puts a changed body into the API that is there; MiniStack would make another API."""
    from ministack.services import apigateway_v1 as gateway
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::RestApi"]
    change = handlers["update"]
    kept = (
        gateway._stages_v1,
        gateway._deployments_v1,
        gateway._gateway_responses,
        gateway._deployed_gateway_responses,
    )

    def update(api_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str) -> Any:
        if old.get("Body") == new.get("Body"):
            return change(api_id, old, new, stack, logical_id)
        values = [store.get(api_id) for store in kept]
        handlers["delete"](api_id, old)
        made = handlers["create"](logical_id, new, stack)
        for store, value in zip(kept, values, strict=True):
            if value is not None:
                store[api_id] = value
        return made

    handlers["update"] = update


if __name__ == "__main__":
    sys.executable = os.environ["LAMBDA_PYTHON"]  # its worker processes are started with it
    sys.argv = ["ministack"]
    from ministack.app import main

    keep_api_id()
    sys.exit(main())
