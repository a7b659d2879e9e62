"""The local cloud's AWS API: moto behind a WSGI layer that adds locking, faults, durable state and what moto lacks.

`server.serve` runs it, `instances.list_instances` says which machines should exist, `faults` is the fault plan, and
``services/`` holds one file per AWS service with the behaviour that moto lacks.
"""
