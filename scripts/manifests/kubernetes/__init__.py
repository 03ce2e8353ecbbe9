"""Kubernetes: what every service has, made of one description."""
