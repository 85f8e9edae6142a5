resource "aws_sns_topic" "alarms" {
  name              = "orders-alarms"
  kms_master_key_id = aws_kms_key.orders.id
}

resource "aws_cloudwatch_metric_alarm" "database_storage" {
  alarm_name          = "orders-database-storage"
  alarm_description   = "Less than 10 GiB are free: raise max_allocated_storage"
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = aws_db_instance.orders.identifier }
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 10 * 1024 * 1024 * 1024
  period              = 300
  evaluation_periods  = 2
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "database_cpu" {
  alarm_name          = "orders-database-cpu"
  alarm_description   = "Busy for a quarter of an hour: look at Performance Insights"
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  dimensions          = { DBInstanceIdentifier = aws_db_instance.orders.identifier }
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 80
  period              = 300
  evaluation_periods  = 3
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_dashboard" "orders" {
  dashboard_name = "orders"
  dashboard_body = jsonencode({
    widgets = [
      for metric in ["CPUUtilization", "DatabaseConnections", "FreeStorageSpace"] : {
        type = "metric"
        properties = {
          title   = metric
          region  = "eu-central-1"
          metrics = [["AWS/RDS", metric, "DBInstanceIdentifier", aws_db_instance.orders.identifier]]
        }
      }
    ]
  })
}
