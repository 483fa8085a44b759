"""Which rule decides."""

from local.receiver.behaviour import GOOD, Behaviour, Rule


def _statuses(behaviour: Behaviour, *paths: str) -> list[int]:
    return [behaviour.rule_for(path).status for path in paths]


def test_without_rules_all_is_well() -> None:
    assert Behaviour().rule_for("/any") == GOOD


def test_first_rule_that_applies_decides_until_it_is_used_up() -> None:
    behaviour = Behaviour()
    behaviour.replace([Rule(path="/a", status=500, count=1), Rule(path="/*", status=410)])
    assert _statuses(behaviour, "/a", "/a", "/b", "b") == [500, 410, 410, 200]


def test_new_rules_begin_to_count_again() -> None:
    behaviour = Behaviour()
    for _ in range(2):
        behaviour.replace([Rule(status=500, count=1)])
        assert _statuses(behaviour, "/", "/") == [500, 200]


def test_chance_is_the_same_for_the_same_seed() -> None:
    outcomes = []
    for _ in range(2):
        behaviour = Behaviour(seed=4)
        behaviour.replace([Rule(status=500, probability=0.5)])
        outcomes.append(_statuses(behaviour, *["/"] * 30))
    assert outcomes[0] == outcomes[1]
    assert set(outcomes[0]) == {200, 500}
