"""The conformance kit: journeys, with their expected refusals, run on an installation over AMQP."""
