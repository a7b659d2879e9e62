# The same as `program` in engine_cloud.py, written by hand, for a comparison against one endpoint.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" { type = string }
variable "rules" { type = number }
variable "templates" { type = number }
variable "buckets" { type = number }

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  s3_use_path_style           = true
  endpoints {
    ec2 = var.endpoint
    s3  = var.endpoint
    sts = var.endpoint
  }
}

resource "aws_vpc" "bench" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "group" {
  count       = ceil(var.rules / 50)
  name        = "group-${count.index}"
  description = "bench"
  vpc_id      = aws_vpc.bench.id
}

resource "aws_vpc_security_group_ingress_rule" "rule" {
  count             = var.rules
  security_group_id = aws_security_group.group[floor(count.index / 50)].id
  ip_protocol       = "tcp"
  from_port         = 1000 + count.index
  to_port           = 1000 + count.index
  cidr_ipv4         = "10.0.0.0/16"
}

resource "aws_launch_template" "template" {
  count         = var.templates
  name          = "template-${count.index}"
  instance_type = "p5.48xlarge"
  image_id      = "ami-0123456789abcdef0"
  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_s3_bucket" "bucket" {
  count  = var.buckets
  bucket = "bench-bucket-${count.index}"
}
