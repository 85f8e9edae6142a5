"""Criteria on what runs and on what others measured; imported only where ``readiness.yaml`` declares any."""
