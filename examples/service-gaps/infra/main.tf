terraform {
  required_version = ">= 1.6"
}

provider "aws" {
  region = "eu-central-1"
}

variable "multi_az" {
  type = bool
}

resource "aws_db_instance" "billing" {
  identifier              = "billing"
  engine                  = "postgres"
  instance_class          = "db.t4g.medium"
  allocated_storage       = 50
  username                = "billing"
  password                = "Tr0ub4dor3xKq"
  storage_encrypted       = true
  multi_az                = var.multi_az
  backup_retention_period = 0
  skip_final_snapshot     = true
}

resource "aws_security_group" "bastion" {
  name = "bastion"

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_s3_bucket" "invoices" {
  bucket = "example-billing-invoices"
}
