"""Reading CDA R2 documents that strangers wrote: standard library only, no rule of a service."""
