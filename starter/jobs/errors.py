"""What a queue refuses, on top of what every service does."""

from given.errors import ApiError


class PayloadTooLarge(ApiError):
    status, code = 413, "payload_too_large"


class LeaseLost(ApiError):
    status, code = 409, "lease_lost"


class JobFinished(ApiError):
    status, code = 409, "job_finished"


class NotRetryable(ApiError):
    status, code = 409, "not_retryable"


class UniqueKeyTaken(ApiError):
    status, code = 409, "unique_key_taken"
