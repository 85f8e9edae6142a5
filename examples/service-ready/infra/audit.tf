# The service has an account of its own, so its trail is here.
resource "aws_cloudtrail" "account" {
  name                          = "orders"
  s3_bucket_name                = module.audit.id
  kms_key_id                    = aws_kms_key.orders.arn
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  cloud_watch_logs_group_arn    = "${aws_cloudwatch_log_group.trail.arn}:*"
  cloud_watch_logs_role_arn     = aws_iam_role.logs.arn

  depends_on = [aws_iam_role_policy.logs, module.audit]
}

module "audit" {
  source            = "./modules/bucket"
  name              = "example-orders-audit"
  kms_key_arn       = aws_kms_key.orders.arn
  access_log_bucket = module.access.id
  expire_after_days = 730
  writers           = { "cloudtrail.amazonaws.com" = ["s3:GetBucketAcl", "s3:PutObject"] }
}

# Nobody can delete a log within a year, whatever they may do otherwise.
resource "aws_s3_bucket_object_lock_configuration" "audit" {
  bucket = module.audit.id

  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 365
    }
  }

  depends_on = [module.audit]
}
