# If the region is lost, the database is restored from its backups in another one.
provider "aws" {
  alias  = "recovery"
  region = "eu-west-1"

  default_tags {
    tags = {
      service = "orders"
      owner   = "team-orders"
    }
  }
}

resource "aws_db_instance_automated_backups_replication" "orders" {
  provider               = aws.recovery
  source_db_instance_arn = aws_db_instance.orders.arn
  kms_key_id             = aws_kms_key.recovery.arn
  retention_period       = 14
}

resource "aws_kms_key" "recovery" {
  provider                = aws.recovery
  description             = "Backups of the orders database"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}
