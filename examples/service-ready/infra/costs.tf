# The service has an account of its own, so what the account costs is what the service costs.
resource "aws_budgets_budget" "orders" {
  name         = "orders"
  budget_type  = "COST"
  limit_amount = "1500"
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  notification {
    notification_type          = "FORECASTED"
    comparison_operator        = "GREATER_THAN"
    threshold                  = 100
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = ["orders@example.com"]
  }
}
