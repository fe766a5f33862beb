"""What people decide about issues, and what has changed since the last period."""
