variable "name" {
  description = "Name of the bucket"
  type        = string
}

variable "takes_access_logs" {
  description = "Whether S3 writes access logs into it, which it does with a key of its own only"
  type        = bool
  default     = false
}

variable "kms_key_arn" {
  description = "The key that encrypts it"
  type        = string
  default     = null
}

variable "access_log_bucket" {
  description = "The bucket into which S3 writes who read this one"
  type        = string
  default     = null
}

variable "expire_after_days" {
  description = "When objects are deleted; never when null"
  type        = number
  default     = null
}

variable "writers" {
  description = "Services of AWS that write to it, and what they may do"
  type        = map(list(string))
  default     = {}
}
