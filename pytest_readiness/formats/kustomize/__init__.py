"""Kustomize: overlays, judged by what is built from them."""
