# The stack of cache-ops, deployed by Terraform: its template, the code in S3, and a schedule that Terraform owns.
# Make the folder that `release` names by: npm run package

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "release" {
  description = "The folder dist/template"
  type        = string
  default     = "../../dist/template"
}

variable "bucket" {
  description = "A bucket of yours, in the region of the stack"
  type        = string
}

variable "prefix" {
  description = "What the keys in the bucket begin with"
  type        = string
  default     = "cache-ops/"
}

data "aws_s3_bucket" "code" {
  bucket = var.bucket
}

resource "aws_s3_object" "code" {
  for_each    = fileset("${var.release}/code", "*.zip")
  bucket      = var.bucket
  key         = "${var.prefix}${each.value}"
  source      = "${var.release}/code/${each.value}"
  source_hash = filemd5("${var.release}/code/${each.value}")
}

# The template is larger than CloudFormation takes in a call. Its key changes with it, so that the stack is updated.
resource "aws_s3_object" "template" {
  bucket = var.bucket
  key    = "${var.prefix}${filemd5("${var.release}/cache-ops.template.json")}.json"
  source = "${var.release}/cache-ops.template.json"
}

resource "aws_cloudformation_stack" "cache_ops" {
  name         = "CacheOps"
  template_url = "https://${data.aws_s3_bucket.code.bucket_regional_domain_name}/${aws_s3_object.template.key}"
  capabilities = ["CAPABILITY_IAM"]
  parameters = {
    CodeBucket = var.bucket
    CodePrefix = var.prefix
  }
  depends_on = [aws_s3_object.code]
}

# Schedules may be Terraform's own: what an operation is started by is its state machine.
resource "aws_iam_role" "schedules" {
  name_prefix = "cache-ops-schedules-"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "schedules" {
  role = aws_iam_role.schedules.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "states:StartExecution"
      Resource = aws_cloudformation_stack.cache_ops.outputs["ClearRestCacheStateMachineArn"]
    }]
  })
}

resource "aws_scheduler_schedule" "nightly" {
  name                         = "nightly-rest-cache"
  schedule_expression          = "cron(0 3 * * ? *)"
  schedule_expression_timezone = "Europe/Paris"
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = aws_cloudformation_stack.cache_ops.outputs["ClearRestCacheStateMachineArn"]
    role_arn = aws_iam_role.schedules.arn
    input    = jsonencode({ target = "city-gis", folderName = "CachedServices" })
  }
}
