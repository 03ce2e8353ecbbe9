"""What our guarantees cost, each as a ratio measured in one run on this machine."""

import warnings

# nameko 2 runs on eventlet, see the ADR on nameko; here, before any module of the bench imports it.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
