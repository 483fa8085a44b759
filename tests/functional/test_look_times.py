"""What the poller's handler learns of the models' times, in the table that it is kept in."""

import pytest

from darkroom import adapters
from darkroom.jobs.inference_times import bucket_of
from functional.aws import client
from functional.workers import Workers


def test_a_worker_counts_the_times_that_upstream_names(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkroom.usecases.look_times.COLLECT_TASKS", 2)
    ended = [workers.run(workers.job()) for _ in range(2)]
    model = ended[0].request.model
    assert adapters.inference_times().read(model).counts == {bucket_of(0.2): 2}
    item = client("dynamodb").get_item(
        TableName=workers.stack.accounts_table,
        Key={"pk": {"S": f"MODEL#{model}"}, "sk": {"S": "inference"}},
    )["Item"]
    assert set(item) == {"pk", "sk", "n0"}  # nothing of a tenant or a job
