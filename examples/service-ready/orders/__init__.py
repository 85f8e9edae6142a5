"""Orders: an API, a worker, and Postgres between them."""
