"""From a signed token to an Actor, and from an Actor to the token a service sends on."""
