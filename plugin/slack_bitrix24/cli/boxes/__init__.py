"""`outbox` and `inbox`: shown, changed, replayed."""
