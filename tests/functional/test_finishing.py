"""The bench of finishing, in short: the poller's handler finishes real jobs against its stand-ins."""

from benchmarks.finishing.measuring import measure
from benchmarks.goals import Figure


def test_the_bench_of_finishing_finishes_every_job() -> None:
    measured = measure(rounds=1, batches=1)
    assert [row.figure for row in measured.rows] == [Figure.FINISHING, Figure.BATCH, Figure.MEMORY]
