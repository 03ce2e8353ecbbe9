"""What an operator installs, derived from the code: brokers' users, roles, compose, Kubernetes."""
