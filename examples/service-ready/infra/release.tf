# The release workflow logs in by its identity; no key is stored anywhere.
data "aws_iam_openid_connect_provider" "github" {
  url = "https://token.actions.githubusercontent.com"
}

resource "aws_iam_role" "release" {
  name                 = "orders-release"
  max_session_duration = 3600
  assume_role_policy   = data.aws_iam_policy_document.release_assume.json
}

data "aws_iam_policy_document" "release_assume" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [data.aws_iam_openid_connect_provider.github.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:example/orders:environment:production"]
    }
  }
}

data "aws_iam_policy_document" "release" {
  statement {
    actions   = ["eks:DescribeCluster"]
    resources = ["arn:aws:eks:eu-central-1:111122223333:cluster/production"]
  }
}

resource "aws_iam_role_policy" "release" {
  role   = aws_iam_role.release.id
  policy = data.aws_iam_policy_document.release.json
}
