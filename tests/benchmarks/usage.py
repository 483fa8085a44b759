"""What a number of jobs used of AWS, and its price. Pure; knows nothing of who counted."""

from dataclasses import dataclass

from benchmarks import aws_prices as price


@dataclass(frozen=True, slots=True)
class Usage:
    """Storage and traffic out are left out, and what a stack costs that stands idle."""

    jobs: int
    s3_puts: float
    api_requests: float
    write_units: float
    read_units: float
    sqs_requests: float
    invocations: float
    gb_seconds: float
    log_bytes: float
    secret_calls: float = 0.0
    kms_requests: float = 0.0
    state_transitions: float = 0.0
    fair_queues: bool = False
    """Messages with a group."""

    def bill(self) -> dict[str, float]:
        """Dollars for 1,000 images, by service."""
        sqs = price.SQS_REQUEST + (price.SQS_FAIR_QUEUE if self.fair_queues else 0.0)
        dollars = {
            "S3 PUT": self.s3_puts * price.S3_PUT,
            "API Gateway": self.api_requests * price.API_GATEWAY_REQUEST,
            "DynamoDB writes": self.write_units * price.DYNAMODB_WRITE_UNIT,
            "DynamoDB reads": self.read_units * price.DYNAMODB_READ_UNIT,
            "SQS": self.sqs_requests * sqs,
            "Lambda requests": self.invocations * price.LAMBDA_REQUEST,
            "Lambda duration": self.gb_seconds * price.LAMBDA_GB_SECOND,
            "CloudWatch Logs": self.log_bytes * price.LOGS_BYTE,
            "Secrets, parameters": self.secret_calls * price.SECRETS_MANAGER_CALL
            + self.kms_requests * price.KMS_REQUEST,
            "Step Functions": self.state_transitions * price.STATE_TRANSITION,
        }
        return {service: 1000 * value / self.jobs for service, value in dollars.items()}

    def dollars(self) -> float:
        """For 1,000 images."""
        return sum(self.bill().values())
