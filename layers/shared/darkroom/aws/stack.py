"""What a deployed stack says of itself: the outputs of its CloudFormation stack, for tools beside it."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from darkroom.aws.errors import error_code, translated

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient


AWS_ERRORS = (BotoCoreError, ClientError)
"""Whatever AWS or the way to it can raise; for a tool that shows it to its user."""


class StackNotFoundError(Exception):
    pass


class MissingOutputError(Exception):
    """The stack is not Darkroom's, or its deployment has not finished."""


class StackOutputs:
    def __init__(self, client: "CloudFormationClient", stack: str) -> None:
        """Raises StackNotFoundError, ThrottledError."""
        self._stack = stack
        self._values = _read(client, stack)

    @property
    def accounts_table(self) -> str:
        return self._output("AccountsTableName")

    @property
    def jobs_table(self) -> str:
        return self._output("JobsTableName")

    def queue_url(self, queue: str) -> str:
        """`queue`: its logical id."""
        return self._output(f"{queue}Url")

    @property
    def tenant_parameters(self) -> str:
        return self._values.get("TenantParametersPrefix", f"/{self._stack}/tenants")

    @property
    def upstream_url(self) -> str:
        return self._output("UpstreamUrl")

    @property
    def upstream_key(self) -> str:
        """The secret's ARN."""
        return self._output("UpstreamKeyArn")

    def _output(self, name: str) -> str:
        if name not in self._values:
            raise MissingOutputError(f"the stack {self._stack} has no output {name}")
        return self._values[name]


def _read(client: "CloudFormationClient", stack: str) -> dict[str, str]:
    try:
        with translated():
            reply = client.describe_stacks(StackName=stack)
    except ClientError as error:
        if error_code(error) == "ValidationError":  # so CloudFormation says that there is none
            raise StackNotFoundError(f"there is no stack {stack} in this account and region") from error
        raise
    outputs = reply["Stacks"][0].get("Outputs", [])
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}
