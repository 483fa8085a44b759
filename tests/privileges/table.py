"""For each thing that a role may do the test of the stack that breaks without it (`make least-privilege`).

What the local stack can't show stands in ELSEWHERE, with the reason and, if there is one, the test that does.
"""

from privileges.grants import Grant

CANCEL = "test_budget.py::test_a_cancelled_job_settles_by_what_is_known_of_its_charge"
SPARED = "test_main_job.py::test_a_callback_spares_the_polling"
REPLAY = "test_main_job.py::test_a_replayed_webhook_is_the_same_event"
PICTURE = "test_main_job.py::test_the_records_address_and_the_webhooks_link_both_lead_to_the_picture"
SYNC = "test_wavespeed_client.py::test_a_sync_run_is_one_request"
APART = "test_gateway.py::test_another_tenant_sees_nothing"
PLACE = "test_rare_paths.py::test_a_job_that_waits_shows_its_place"
USAGE = "test_budget.py::test_an_owner_reads_the_usage_of_its_sub_account"
SUB_ACCOUNT = "test_aigateway_accounts.py::test_a_sub_account_is_made_listed_found_and_removed"
BALANCE = "test_accounts.py::test_a_sub_account_is_changed_and_its_balance_follows"
OWN_KEY = (
    "test_own_upstream_key.py::"
    "test_a_job_on_an_own_key_is_charged_to_its_account_and_its_callback_is_verified"
)
KEYS = "test_own_upstream_key.py::test_a_key_is_registered_replaced_and_removed"
SECOND_KEY = "test_rare_paths.py::test_a_second_key_takes_the_first_ones_place"
SECRET = "test_accounts.py::test_wavespeeds_route_shows_the_secret_too"
ADOPTED = "test_main_job.py::test_a_lost_reply_is_adopted_by_the_callback_and_paid_once"
DENIED_CHARGE = "test_rare_paths.py::test_a_charge_that_upstream_denied_is_booked_when_its_callback_comes"
TIMES = "test_look_times.py::test_the_poller_counts_reads_and_halves"
FAILED = "test_failed_messages.py::test_a_message_that_fails_comes_again_in_seconds"
RECONCILED = "test_reconciler.py::test_it_finds_the_jobs_that_are_due_and_counts_those_that_wait"
LOST_JOB = "test_reconciler.py::test_a_job_whose_messages_are_lost_is_taken_up"
LOST_WEBHOOK = "test_reconciler.py::test_a_webhook_whose_message_is_lost_is_taken_up"
TWICE = "test_reconciler.py::test_a_delivery_that_fails_twice_waits_on_its_queue"
SLOW = "test_reconciler.py::test_who_waits_for_a_slow_receiver_waits_in_the_slow_lane"
CAPPED = "test_aigateway_accounts.py::test_its_spend_cap_holds_with_402"
DEADLINE = "test_main_job.py::test_a_task_that_never_ends_fails_at_the_jobs_deadline"
SINCE = "test_rare_paths.py::test_all_events_since_a_time_are_delivered_again"

PROOFS: dict[str, dict[str, str]] = {
    "AuthorizerRole": {
        "dynamodb:GetItem AccountsTable": APART,
        "dynamodb:BatchGetItem AccountsTable": APART,
    },
    "SubmitRole": {
        "dynamodb:Query JobsTable": CANCEL,
        "dynamodb:BatchGetItem JobsTable": SINCE,
        "dynamodb:Query JobsTable/index/by_tenant": SINCE,
        "dynamodb:PutItem JobsTable": CANCEL,
        "dynamodb:UpdateItem AccountsTable TENANT#*": CANCEL,
        "dynamodb:GetItem AccountsTable": CANCEL,
        "sqs:SendMessage JobsQueue": SPARED,
        "sqs:SendMessage WebhookQueue": REPLAY,
        "s3:GetObject ImagesBucket/outputs/*": SYNC,
    },
    "QueryRole": {
        "dynamodb:Query JobsTable": SPARED,
        "dynamodb:GetItem JobsTable": PLACE,
        "dynamodb:BatchGetItem JobsTable": USAGE,
        "dynamodb:Query JobsTable/index/by_tenant": USAGE,
        "dynamodb:Query JobsTable/index/by_backlog": PLACE,
        "dynamodb:GetItem AccountsTable": "test_wavespeed_face.py::test_models_and_prices_are_told",
        "dynamodb:BatchGetItem AccountsTable": USAGE,
        "s3:GetObject ImagesBucket/outputs/*": PICTURE,
        "secretsmanager:GetSecretValue SigningKey": PICTURE,
    },
    "AccountsRole": {
        "dynamodb:GetItem AccountsTable": BALANCE,
        "dynamodb:BatchGetItem AccountsTable": SUB_ACCOUNT,
        "dynamodb:Query AccountsTable": SUB_ACCOUNT,
        "dynamodb:PutItem AccountsTable": SUB_ACCOUNT,
        "dynamodb:UpdateItem AccountsTable": SUB_ACCOUNT,
        "dynamodb:DeleteItem AccountsTable": SUB_ACCOUNT,
        "dynamodb:ConditionCheckItem AccountsTable": (
            "test_rare_paths.py::test_a_sub_account_without_a_cap_stays_without"
        ),
        "ssm:GetParameter parameters of tenants/*": SECRET,
        "ssm:PutParameter parameters of tenants/*": SECRET,
        "secretsmanager:CreateSecret tenants/*": KEYS,
        "secretsmanager:UpdateSecret tenants/*": SECOND_KEY,
        "secretsmanager:DescribeSecret tenants/*": SECOND_KEY,
        "secretsmanager:DeleteSecret tenants/*": KEYS,
        "secretsmanager:GetSecretValue tenants/*": KEYS,
        "secretsmanager:GetSecretValue UpstreamKey": (
            "test_accounts.py::test_without_a_cap_the_balance_is_upstreams"
        ),
    },
    "CallbackRole": {
        "dynamodb:Query JobsTable": SPARED,
        "dynamodb:PutItem JobsTable": ADOPTED,
        "dynamodb:UpdateItem AccountsTable TENANT#*": DENIED_CHARGE,
        "sqs:SendMessage JobsQueue": SPARED,
        "secretsmanager:GetSecretValue UpstreamKey": SPARED,
        "secretsmanager:GetSecretValue SigningKey": SPARED,
        "secretsmanager:GetSecretValue tenants/*": OWN_KEY,
    },
    "PollerRole": {
        "dynamodb:GetItem JobsTable": SPARED,
        "dynamodb:Query JobsTable": SPARED,
        "dynamodb:PutItem JobsTable": SPARED,
        "dynamodb:UpdateItem JobsTable": PLACE,
        "dynamodb:Query JobsTable/index/by_backlog": PLACE,
        "dynamodb:UpdateItem AccountsTable TENANT#*": CAPPED,
        "dynamodb:GetItem AccountsTable MODEL#*": TIMES,
        "dynamodb:UpdateItem AccountsTable MODEL#*": TIMES,
        "sqs:ChangeMessageVisibility JobsQueue": f"{FAILED}[jobs_queue_url]",
        "sqs:SendMessage JobsQueue": DEADLINE,
        "sqs:SendMessageBatch JobsQueue": PLACE,
        "sqs:SendMessage WebhookQueue": f"{TWICE}[webhook_queue_url-0]",
        "sqs:SendMessage SlowWebhookQueue": SLOW,
        "s3:PutObject ImagesBucket/outputs/*": PICTURE,
        "secretsmanager:GetSecretValue UpstreamKey": SPARED,
        "secretsmanager:GetSecretValue SigningKey": SPARED,
        "secretsmanager:GetSecretValue tenants/*": OWN_KEY,
        "ssm:GetParameter parameters of tenants/*": PICTURE,
    },
    "WebhookRole": {
        "dynamodb:Query JobsTable": REPLAY,
        "dynamodb:PutItem JobsTable": f"{TWICE}[webhook_queue_url-0]",
        "sqs:ChangeMessageVisibility WebhookQueue": f"{FAILED}[webhook_queue_url]",
        "sqs:ChangeMessageVisibility SlowWebhookQueue": f"{FAILED}[slow_webhook_queue_url]",
        "sqs:SendMessage WebhookQueue": f"{TWICE}[webhook_queue_url-0]",
        "sqs:SendMessage SlowWebhookQueue": f"{TWICE}[slow_webhook_queue_url-2.5]",
        "secretsmanager:GetSecretValue SigningKey": REPLAY,
        "ssm:GetParameter parameters of tenants/*": REPLAY,
    },
    "ReconcilerRole": {
        "dynamodb:GetItem JobsTable": RECONCILED,
        "dynamodb:Query JobsTable": LOST_JOB,
        "dynamodb:PutItem JobsTable": LOST_JOB,
        "dynamodb:Query JobsTable/index/by_due": RECONCILED,
        "dynamodb:Query JobsTable/index/by_backlog": RECONCILED,
        "sqs:SendMessage JobsQueue": LOST_JOB,
        "sqs:SendMessage WebhookQueue": LOST_WEBHOOK,
    },
}

_LAMBDA_POLLS = "Lambda's own poller receives and deletes; the emulator does that without asking IAM"
_LAMBDA_LOGS = "Lambda itself writes the logs; the emulator does that without asking IAM"
_LOST_REPLY = (
    "read after a write whose reply was lost, which the emulator never does: "
    "tests/contract/test_jobs_table_lost_replies.py"
)
ELSEWHERE: dict[str, str] = {
    "logs:CreateLogStream": _LAMBDA_LOGS,
    "logs:PutLogEvents": _LAMBDA_LOGS,
    "sqs:ReceiveMessage": _LAMBDA_POLLS,
    "sqs:DeleteMessage": _LAMBDA_POLLS,
    "sqs:GetQueueAttributes": _LAMBDA_POLLS,
    "SubmitRole dynamodb:GetItem JobsTable": _LOST_REPLY,
    "CallbackRole dynamodb:GetItem JobsTable": _LOST_REPLY,
    "WebhookRole dynamodb:GetItem JobsTable": _LOST_REPLY,
}
"""By the action alone, or by role and grant."""


def proof_of(grant: Grant) -> str:
    return PROOFS[grant.role][grant.name]


def is_elsewhere(grant: Grant) -> bool:
    return grant.action in ELSEWHERE or f"{grant.role} {grant.name}" in ELSEWHERE
