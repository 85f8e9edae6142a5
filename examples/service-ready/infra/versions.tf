terraform {
  required_version = "~> 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.80"
    }
  }

  backend "s3" {
    bucket       = "example-terraform-state"
    key          = "orders/production.tfstate"
    region       = "eu-central-1"
    encrypt      = true
    kms_key_id   = "alias/orders"
    use_lockfile = true
  }
}

provider "aws" {
  region = "eu-central-1"

  default_tags {
    tags = {
      service = "orders"
      owner   = "team-orders"
    }
  }
}
