"""Argo CD, Argo Rollouts, Flux and Flagger."""
