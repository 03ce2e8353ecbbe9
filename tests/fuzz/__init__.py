"""Bad input, made without end: values shaped by the schemas, bytes guided by coverage."""
