"""CPU of a warm submit through the real handler, against the same writes by boto3 in a bare one."""

from statistics import median

from benchmarks.goals import Figure, Measured, Row
from benchmarks.lambda_process import lambda_processes

ROUNDS = 5
CALLS = 300
GOAL_MS = 1.8


def measure(rounds: int = ROUNDS, calls: int = CALLS) -> Measured:
    """CPU of the process: what else the machine does costs it little."""
    ours, bare = [], []
    with lambda_processes() as processes:
        for _ in range(rounds):
            ours.append(processes.function("submit", calls).warm_cpu)
            bare.append(processes.bare("same_writes", calls).warm_cpu)
    return measured_of([each for each in ours if each], [each for each in bare if each])


def measured_of(ours: list[float], bare: list[float]) -> Measured:
    """Milliseconds for a call."""
    took, least = median(ours), median(bare)
    row = Row(
        figure=Figure.WARM_SUBMIT,
        measured=f"{took:.2f} ms ({took / least:.2f} x)",
        baseline=f"the same writes by boto3 alone: {least:.2f} ms",
        goal=f"≤ {GOAL_MS} ms",
        met=took <= GOAL_MS,
    )
    return Measured([row])


if __name__ == "__main__":
    for row in measure().rows:
        print(f"{row.figure:40} {row.measured:28} {row.baseline:40} {row.goal}")
