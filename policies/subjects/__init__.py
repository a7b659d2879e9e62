"""What rules judge, and the contract of whoever collects it.

A collector (live account, Kubernetes API, hosts) or a reader (fabric design, pipeline) writes one JSON document for
each thing it looked at:

    {"type": "host:machine", "name": "train-001", "props": {...}, "unread": {"/sshd": "permission denied"}}

- `type` is the type token that rules name in `applies_to`. AWS resources carry the token of Pulumi's AWS provider and
  its property names in camelCase (`policies.subjects.account`), Kubernetes objects that of Pulumi's Kubernetes
  provider with the manifest as properties (`policies.subjects.kubernetes`). So one rule set works on a preview, a
  state and what is live.
- `props` holds what was read. A property that is absent has the provider's default, or is not set.
- `unread` names what could not be read: JSON pointer into `props` -> reason. It becomes an unknown value, and a rule
  that needs it answers "not evaluated" with that reason, never "passed". What was not asked for at all is unread too.
- `links` says which other documents a property comes from: property -> URNs. Optional.
- A secret is never collected: a collector says that there is one (`"set"`), or leaves it unread with the reason
  "secret".

The shapes of `props` are the typed dictionaries of this package; `policies.subjects.check` compares documents with
them, and docs/reference/policy-subjects.md is generated from them.
"""
