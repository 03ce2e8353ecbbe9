"""Rules of listed services and of what people allow them."""
