"""Client tokens: a request that is repeated with its token gets the answer that it got the first time.

Source: Amazon EC2 User Guide, "Ensuring idempotency in Amazon EC2 API requests"; AWS Well-Architected Framework, "Make
mutating operations idempotent" (docs.aws.amazon.com, 2026-11). Which member is the token says botocore's model.
"""

from __future__ import annotations

import json

from rackwright.cloud.aws.call import ApiError, Behaviour, Call, Reply

OWN = frozenset({"efs", "fsx"})
"""Services whose behaviours say themselves what a token means: EFS refuses a second request with the first id."""


def once(call: Call, behaviour: Behaviour) -> Reply:
    """`behaviour`'s answer, or the one that the same request got before.

    Raises `ApiError` when the token comes again with other parameters.
    """
    token = _token(call)
    if token is None:
        return behaviour(call)
    answers: dict[tuple[str, str], tuple[str, Reply]] = vars(call.state()).setdefault("rackwright_answers", {})
    asked = json.dumps(call.params, sort_keys=True, default=repr)
    before = answers.get((call.action, token))
    if before is not None:
        if before[0] != asked:
            raise ApiError("IdempotentParameterMismatch", f"Token {token} was used with different parameters.")
        return before[1]
    reply = behaviour(call)
    if reply.ok:
        answers[call.action, token] = asked, reply
    return reply


def _token(call: Call) -> str | None:
    """The request's client token, if its operation has one and it was given."""
    if call.service in OWN or call.operation is None or call.reads:
        return None
    members = call.operation.idempotent_members
    return next((str(call.params[name]) for name in members if call.params.get(name)), None)
