"""Queues, their dead letters, their alarms, and the functions that read them."""

from typing import Any

import pytest

from template.reading import Template

DAY_SECONDS = 24 * 3600


def event_sources(template: Template) -> dict[str, tuple[str, dict[str, Any]]]:
    """Function and event by the queue's logical id."""
    return {
        event["Properties"]["Queue"]["Fn::GetAtt"][0]: (name, event["Properties"])
        for name, properties in template.functions.items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "SQS"
    }


def alarms_on(template: Template, queue: str) -> dict[str, dict[str, Any]]:
    """Alarms by their metric."""
    return {
        alarm["MetricName"]: alarm
        for alarm in template.of_type("AWS::CloudWatch::Alarm").values()
        if {"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}} in alarm["Dimensions"]
    }


@pytest.fixture
def work_queues(template: Template) -> dict[str, dict[str, Any]]:
    queues = template.of_type("AWS::SQS::Queue")
    dead = {
        each["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for each in queues.values()
        if "RedrivePolicy" in each
    }
    assert all(queues[name]["MessageRetentionPeriod"] == 14 * DAY_SECONDS for name in dead)
    return {name: each for name, each in queues.items() if name not in dead}


def test_every_queue_has_dead_letters_with_an_alarm(
    template: Template, work_queues: dict[str, dict[str, Any]]
) -> None:
    for name, queue in work_queues.items():
        dead = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        alarm = alarms_on(template, dead)["ApproximateNumberOfMessagesVisible"]
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0), name


def test_every_queue_has_an_alarm_on_the_age_of_its_messages(
    template: Template, work_queues: dict[str, dict[str, Any]]
) -> None:
    for name in work_queues:
        assert "ApproximateAgeOfOldestMessage" in alarms_on(template, name)


def test_a_message_stays_hidden_for_six_times_the_functions_time(
    template: Template, work_queues: dict[str, dict[str, Any]]
) -> None:
    sources = event_sources(template)
    assert set(sources) == set(work_queues)
    for name, queue in work_queues.items():
        function, _ = sources[name]
        assert queue["VisibilityTimeout"] >= 6 * template.functions[function]["Timeout"]


def test_one_bad_message_does_not_hold_up_its_batch(template: Template) -> None:
    for _, event in event_sources(template).values():
        assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert event["BatchSize"] == 10


def test_every_queue_is_encrypted(template: Template) -> None:
    assert all(each["SqsManagedSseEnabled"] for each in template.of_type("AWS::SQS::Queue").values())


def test_every_alarm_notifies_the_topic_if_there_is_one(template: Template) -> None:
    for alarm in template.of_type("AWS::CloudWatch::Alarm").values():
        topic = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
        assert alarm["AlarmActions"] == topic
        assert alarm["AlarmDescription"]
