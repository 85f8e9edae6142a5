# What happens in the network and in the account.
resource "aws_cloudwatch_log_group" "flow" {
  name              = "/orders/flow"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.orders.arn
}

resource "aws_cloudwatch_log_group" "trail" {
  name              = "/orders/trail"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.orders.arn
}

resource "aws_iam_role" "logs" {
  name               = "orders-logs"
  assume_role_policy = data.aws_iam_policy_document.logs_assume.json
}

resource "aws_iam_role_policy" "logs" {
  role   = aws_iam_role.logs.id
  policy = data.aws_iam_policy_document.logs.json
}

data "aws_iam_policy_document" "logs_assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com", "vpc-flow-logs.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "logs" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    resources = ["${aws_cloudwatch_log_group.flow.arn}:*", "${aws_cloudwatch_log_group.trail.arn}:*"]
  }
}
