"""What our guarantees cost, each as a ratio measured in one run on this machine."""
