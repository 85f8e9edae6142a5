"""Billing: an API, a worker, and Postgres between them."""
