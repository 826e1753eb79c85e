"""One machine, two commands: real Apache Kafka, real PostgreSQL and the four services, without a container engine."""
