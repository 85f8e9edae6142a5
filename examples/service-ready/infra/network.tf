data "aws_availability_zones" "available" {
  state = "available"
}

resource "aws_vpc" "orders" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "database" {
  count             = 3
  vpc_id            = aws_vpc.orders.id
  cidr_block        = cidrsubnet(aws_vpc.orders.cidr_block, 4, count.index)
  availability_zone = data.aws_availability_zones.available.names[count.index]
}

resource "aws_default_security_group" "orders" {
  vpc_id = aws_vpc.orders.id
}

resource "aws_security_group" "database" {
  name        = "orders-database"
  description = "Postgres, from within the network"
  vpc_id      = aws_vpc.orders.id
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id = aws_security_group.database.id
  description       = "Postgres from the pods"
  cidr_ipv4         = aws_vpc.orders.cidr_block
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}

resource "aws_flow_log" "orders" {
  vpc_id               = aws_vpc.orders.id
  traffic_type         = "ALL"
  log_destination_type = "cloud-watch-logs"
  log_destination      = aws_cloudwatch_log_group.flow.arn
  iam_role_arn         = aws_iam_role.logs.arn
}
