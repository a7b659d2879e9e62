"""ECR: caches of other registries, and what the repositories look like that a cache makes.

Sources: Amazon ECR API Reference, "CreatePullThroughCacheRule" and "CreateRepositoryCreationTemplate"; User Guide,
"Sync an upstream registry" (docs.aws.amazon.com/AmazonECR/latest, 2026-11). AWS takes the registries of that page only;
nvcr.io is not among them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import shelf

UPSTREAMS: Mapping[str, tuple[str, bool]] = {
    r"public\.ecr\.aws": ("ecr-public", False),
    r"registry\.k8s\.io": ("k8s", False),
    r"quay\.io": ("quay", False),
    r"registry-1\.docker\.io": ("docker-hub", True),
    r"ghcr\.io": ("github-container-registry", True),
    r"registry\.gitlab\.com": ("gitlab-container-registry", True),
    r"cgr\.dev": ("chainguard", True),
    r".+\.azurecr\.io": ("azure-container-registry", True),
    r"\d{12}\.dkr\.ecr\..+\.amazonaws\.com": ("ecr", False),
}
"""Host -> AWS's name of the registry, and whether it wants credentials."""


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()


def create_rule(call: Call) -> Reply:
    """For a registry that AWS knows, with credentials where it wants some."""
    asked, rules = call.params, shelf(call, "cache_rules")
    prefix, host = asked["ecrRepositoryPrefix"], asked["upstreamRegistryUrl"]
    if prefix in rules:
        raise ApiError("PullThroughCacheRuleAlreadyExistsException", f"A rule with the prefix '{prefix}' exists")
    known = next((found for pattern, found in UPSTREAMS.items() if re.fullmatch(pattern, host)), None)
    if known is None:
        raise ApiError("UnsupportedUpstreamRegistryException", f"The upstream registry '{host}' is not supported")
    if known[1] and not asked.get("credentialArn"):
        raise ApiError("InvalidParameterException", f"The upstream registry '{host}' needs a credentialArn")
    made = {**asked, "registryId": call.account, "upstreamRegistry": known[0], "createdAt": _now()}
    rules[prefix] = {"upstreamRepositoryPrefix": "ROOT", **made}
    return call.answer(rules[prefix])


def _chosen(things: dict[str, Any], names: list[str] | None, refusal: str) -> list[Any]:
    if unknown := [name for name in names or [] if name not in things]:
        raise ApiError(refusal, f"'{unknown[0]}' does not exist in the registry")
    return [things[name] for name in names or things]


def rules(call: Call) -> Reply:
    """All or some."""
    chosen = call.params.get("ecrRepositoryPrefixes")
    found = _chosen(shelf(call, "cache_rules"), chosen, "PullThroughCacheRuleNotFoundException")
    return call.answer({"pullThroughCacheRules": found})


def _rule(call: Call) -> dict[str, Any]:
    prefix = call.params["ecrRepositoryPrefix"]
    found: dict[str, Any] = _chosen(shelf(call, "cache_rules"), [prefix], "PullThroughCacheRuleNotFoundException")[0]
    return found


def update_rule(call: Call) -> Reply:
    """Credentials and role."""
    rule = _rule(call)
    rule.update({name: call.params[name] for name in ("credentialArn", "customRoleArn") if name in call.params})
    return call.answer({**rule, "updatedAt": _now()})


def delete_rule(call: Call) -> Reply:
    """Repositories that it made stay."""
    rule = _rule(call)
    del shelf(call, "cache_rules")[rule["ecrRepositoryPrefix"]]
    return call.answer(rule)


def create_template(call: Call) -> Reply:
    """One for a prefix."""
    templates, prefix = shelf(call, "templates"), call.params["prefix"]
    if prefix in templates:
        raise ApiError("TemplateAlreadyExistsException", f"A template with the prefix '{prefix}' exists")
    usual = {"encryptionConfiguration": {"encryptionType": "AES256"}, "imageTagMutability": "MUTABLE"}
    templates[prefix] = {**usual, **call.params, "createdAt": _now(), "updatedAt": _now()}
    return call.answer({"registryId": call.account, "repositoryCreationTemplate": templates[prefix]})


def templates(call: Call) -> Reply:
    """All or some."""
    found = _chosen(shelf(call, "templates"), call.params.get("prefixes"), "TemplateNotFoundException")
    return call.answer({"registryId": call.account, "repositoryCreationTemplates": found})


def update_template(call: Call) -> Reply:
    """What is named changes."""
    (found,) = _chosen(shelf(call, "templates"), [call.params["prefix"]], "TemplateNotFoundException")
    found.update(call.params, updatedAt=_now())
    return call.answer({"registryId": call.account, "repositoryCreationTemplate": found})


def delete_template(call: Call) -> Reply:
    """Repositories that it shaped stay."""
    (found,) = _chosen(shelf(call, "templates"), [call.params["prefix"]], "TemplateNotFoundException")
    del shelf(call, "templates")[found["prefix"]]
    return call.answer({"registryId": call.account, "repositoryCreationTemplate": found})


BEHAVIOURS: Behaviours = {
    ("ecr", "CreatePullThroughCacheRule"): create_rule,
    ("ecr", "DescribePullThroughCacheRules"): rules,
    ("ecr", "UpdatePullThroughCacheRule"): update_rule,
    ("ecr", "DeletePullThroughCacheRule"): delete_rule,
    ("ecr", "CreateRepositoryCreationTemplate"): create_template,
    ("ecr", "DescribeRepositoryCreationTemplates"): templates,
    ("ecr", "UpdateRepositoryCreationTemplate"): update_template,
    ("ecr", "DeleteRepositoryCreationTemplate"): delete_template,
}
