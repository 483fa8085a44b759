"""AWS's list prices as far as a job meets them, in dollars. A table and nothing else.

us-east-1, the first tier of each, without any free tier; noted on 2026-11-20 from what others have published
of them, for AWS's own pages could not be read: to be checked there before money is planned by them.
"""

AS_PUBLISHED = "us-east-1 list prices as noted on 2026-11-20"

_MILLION = 1_000_000

API_GATEWAY_REQUEST = 3.50 / _MILLION  # REST API
LAMBDA_REQUEST = 0.20 / _MILLION
LAMBDA_GB_SECOND = 0.0000133334  # arm64
SQS_REQUEST = 0.40 / _MILLION  # standard queue; up to 64 KB
SQS_FAIR_QUEUE = 0.10 / _MILLION  # on top, for messages with a group; taken for all requests they make
DYNAMODB_WRITE_UNIT = 0.625 / _MILLION  # on demand; 1 KB, twice as much in a transaction
DYNAMODB_READ_UNIT = 0.125 / _MILLION  # on demand; 4 KB strongly consistent, half as much eventually
S3_PUT = 5.00 / _MILLION
LOGS_BYTE = 0.50 / 1e9  # CloudWatch Logs, taken in
SECRETS_MANAGER_CALL = 5.00 / _MILLION
KMS_REQUEST = 3.00 / _MILLION  # Parameter Store decrypts a SecureString with one
STATE_TRANSITION = 25.00 / _MILLION  # Step Functions, standard workflows

SECRET_MONTH = 0.40
ALARM_MONTH = 0.10
METRIC_MONTH = 0.30

LOG_EVENT_BYTES = 26
"""CloudWatch Logs counts so many for each event beside its text."""
EMPTY_RECEIVES_A_MINUTE = 15
"""An idle event source holds five long polls of 20 s."""
