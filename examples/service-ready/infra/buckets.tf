# Daily exports for the warehouse.
module "exports" {
  source            = "./modules/bucket"
  name              = "example-orders-exports"
  kms_key_arn       = aws_kms_key.orders.arn
  access_log_bucket = module.access.id
  expire_after_days = 90
}

# The state of this module; applied once with a local backend, then imported.
module "state" {
  source            = "./modules/bucket"
  name              = "example-terraform-state"
  kms_key_arn       = aws_kms_key.orders.arn
  access_log_bucket = module.access.id
}

# Who read the others.
module "access" {
  source            = "./modules/bucket"
  name              = "example-orders-access"
  takes_access_logs = true
  expire_after_days = 365
  writers           = { "logging.s3.amazonaws.com" = ["s3:PutObject"] }
}
