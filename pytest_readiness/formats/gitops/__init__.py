"""Argo CD, Argo Rollouts, Kargo, Flux and Flagger: Kubernetes objects with a meaning of their own."""
