from benchmarks.line import _a_minute, _rows


def test_the_limits_used_to_the_last_meet_both_goals() -> None:
    times = [number * 0.12 for number in range(1_000)]
    used, second = _rows(times, times, times, first=900)
    assert used.met
    assert second.met
    assert second.measured.endswith("1.00 x the ideal")


def test_a_line_that_is_worked_in_its_order_fails_the_second_tenant() -> None:
    arrivals = [0.0] * 1_000
    ideal = [number * 0.12 for number in range(900)] + [number * 0.24 for number in range(100)]
    in_order = [number * 0.12 for number in range(1_000)]
    used, second = _rows(arrivals, in_order, ideal, first=900)
    assert not used.met
    assert not second.met


def test_the_median_minute_is_of_whole_minutes() -> None:
    assert _a_minute([number * 0.12 for number in range(1_250)]) == 500
