"""`make upstream-key`: stores the upstream API key, read from standard input without echo, for a stack.

For AWS as for the local stack: which one it is, is the AWS settings' affair.
"""

import getpass
import sys

import boto3


def main(stack: str) -> None:
    key = (getpass.getpass("WaveSpeedAI API key: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not key:
        raise SystemExit("No key was given; nothing is changed.")
    outputs = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    secret = next(output["OutputValue"] for output in outputs if output["OutputKey"] == "UpstreamKeyArn")
    boto3.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=key)
    print(f"Stored in {secret}; running functions take it up within minutes.")


if __name__ == "__main__":
    main(sys.argv[1])
