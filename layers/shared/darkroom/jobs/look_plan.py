"""From a model's inference times to the schedule of its looks. Pure.

Without callbacks: of all schedules on a grid of whole seconds (SQS counts no others) the one with the
least lag on average, where a look weighs as much as so many seconds of lag. With them: a net under lost
callbacks, so late that hardly a task is still running then.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

from darkroom.jobs.inference_times import ENOUGH, Distribution, InferenceTimes
from darkroom.jobs.looks import CEILING_SECONDS, WITH_CALLBACKS, WITHOUT_CALLBACKS, LookSchedule, built_in

_LAG_OF_A_LOOK = 0.1
"""How many seconds of lag a look is worth, for each root of a second that the model's median task takes:
who waits for a minute anyway misses a second less. At 6 s about 0.25 s."""
_PLANNED_SHARE = 0.995
"""Beyond it too little was seen to plan by: there the gaps grow."""
_NET_SHARE = 0.98
_CALLBACK_SECONDS = 2.0
"""What a callback needs on its way to the job's end."""
_EARLIEST_NET_SECONDS = 5


def _grid() -> Sequence[int]:
    """Whole seconds, further apart where a second is little: to the longest times in some 110 points."""
    points = [0, 1]
    while points[-1] < 3_600:
        further = min(round(points[-1] * 0.06), CEILING_SECONDS)
        points.append(points[-1] + max(further, 1))
    return tuple(points)


GRID = _grid()


def plan(times: InferenceTimes, *, callbacks: bool) -> LookSchedule:
    if times.total < ENOUGH:
        return built_in(callbacks=callbacks)
    seen = times.distribution()
    return _net(seen) if callbacks else _best(seen)


def _net(times: Distribution) -> LookSchedule:
    first = math.ceil(times.quantile(_NET_SHARE) + _CALLBACK_SECONDS)
    bounded = min(max(first, _EARLIEST_NET_SECONDS), CEILING_SECONDS)
    return LookSchedule((bounded,), WITH_CALLBACKS.growth)


def _best(times: Distribution) -> LookSchedule:
    """Dynamic programming from the last point backwards: from each point the best next look."""
    ended = [times.ended_within(seconds) for seconds in GRID]
    last = next((point for point, share in enumerate(ended) if share >= _PLANNED_SHARE), len(GRID) - 1)
    look = _LAG_OF_A_LOOK * math.sqrt(times.quantile(0.5))
    waited = _integral(ended[: last + 1])
    costs, following = [0.0] * (last + 1), [last] * (last + 1)
    for here in range(last - 1, -1, -1):
        costs[here], following[here] = min(
            (
                # the lag of those that end until then, and a look for each that has not ended here
                waited[there]
                - waited[here]
                - (GRID[there] - GRID[here]) * ended[here]
                + look * (1 - ended[here])
                + costs[there],
                there,
            )
            for there in range(here + 1, last + 1)
            if GRID[there] - GRID[here] <= CEILING_SECONDS
        )
    return LookSchedule(tuple(_path(following)), WITHOUT_CALLBACKS.growth)


def _integral(ended: Sequence[float]) -> Sequence[float]:
    """Of the share that has ended, up to each point of the grid."""
    sums = [0.0]
    for point, (before, after) in enumerate(pairwise(ended)):
        sums.append(sums[-1] + (GRID[point + 1] - GRID[point]) * (before + after) / 2)
    return sums


def _path(following: Sequence[int]) -> Sequence[int]:
    offsets, point = [], 0
    while point < len(following) - 1:
        point = following[point]
        offsets.append(GRID[point])
    return offsets
