"""Calls between services: contract, server side, client side."""
