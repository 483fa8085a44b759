"""`make upstream-key`: stores the upstream API key, read from standard input without echo, for a stack.

For AWS as for the local stack: which one it is, is the AWS settings' affair.
"""

import getpass
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def main(stack: str) -> None:
    key = (getpass.getpass("WaveSpeedAI API key: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not key:
        raise SystemExit("No key was given; nothing is changed.")
    try:
        stacks = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]}
        secret = outputs["UpstreamKeyArn"]
        boto3.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=key)
    except (BotoCoreError, ClientError) as error:
        raise SystemExit(f"The key is not stored: {error}") from None
    print(f"Stored in {secret}; running functions take it up within minutes.")


if __name__ == "__main__":
    main(sys.argv[1])
