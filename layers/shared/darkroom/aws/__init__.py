"""Adapters to AWS: the only place where boto3 is used, and where its errors become ours."""
