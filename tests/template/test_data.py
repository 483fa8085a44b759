"""Tables, bucket and secrets keep what they are given."""

from template.reading import Template


def test_tables_can_be_restored_and_refuse_deletion(template: Template) -> None:
    for name, table in template.of_type("AWS::DynamoDB::Table").items():
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert template.resources[name]["UpdateReplacePolicy"] == "Retain"


def test_finished_jobs_leave_the_table_by_themselves(template: Template) -> None:
    jobs = template.of_type("AWS::DynamoDB::Table")["JobsTable"]
    assert jobs["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_indexes_hold_keys_alone(template: Template) -> None:
    jobs = template.of_type("AWS::DynamoDB::Table")["JobsTable"]
    assert {each["IndexName"] for each in jobs["GlobalSecondaryIndexes"]} == {
        "by_tenant",
        "by_due",
        "by_backlog",
    }
    for index in jobs["GlobalSecondaryIndexes"]:
        assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def test_the_bucket_is_private_versioned_encrypted_and_forgets(template: Template) -> None:
    bucket = template.of_type("AWS::S3::Bucket")["ImagesBucket"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]
    rule = bucket["LifecycleConfiguration"]["Rules"][0]
    assert rule["ExpirationInDays"] == {"Ref": "RetentionDays"}
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_the_bucket_refuses_plain_http_everywhere_but_on_the_local_stack(template: Template) -> None:
    policy = template.resources["ImagesBucketPolicy"]
    assert policy["Condition"] == "IsAws"
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_no_secret_stands_in_the_template(template: Template) -> None:
    for secret in template.of_type("AWS::SecretsManager::Secret").values():
        assert "SecretString" not in secret
    assert not [name for name in template.parameters if name.lower().endswith(("key", "secret", "password"))]
