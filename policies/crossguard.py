"""CrossGuard's face of the rules: an `Analyzer` service that decodes each request once and runs every rule on it.

The policy SDK decodes the properties again for every policy, lets one broken policy stop all others and may quote a
secret in the error; hence a service of our own on the same protocol (docs/adr/0003-one-rule-set-many-faces.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from google.protobuf import json_format, struct_pb2
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2 as pb
from pulumi.runtime.proto import analyzer_pb2_grpc, plugin_pb2

from policies.evaluation import evaluate
from policies.profile import Profile
from policies.remedies import Mended, mend
from policies.rule import Enforcement, Finding, Rule, Severity, Status
from policies.sources.preview import all_resources, one_resource
from policies.waiver import Waiver, apply_waivers

PACK = "rackwright"
VERSION = "0.1.0"

LEVELS = {Enforcement.ADVISORY: pb.ADVISORY, Enforcement.MANDATORY: pb.MANDATORY}
SEVERITIES = {
    Severity.LOW: pb.POLICY_SEVERITY_LOW,
    Severity.MEDIUM: pb.POLICY_SEVERITY_MEDIUM,
    Severity.HIGH: pb.POLICY_SEVERITY_HIGH,
    Severity.CRITICAL: pb.POLICY_SEVERITY_CRITICAL,
}


@dataclass(frozen=True, slots=True)
class Promise:
    """What a stack promises: the profile its spec chooses, and the exceptions it names."""

    profile: Profile
    waivers: tuple[Waiver, ...] = ()
    today: date | None = None
    """Day on which waivers are judged; None takes the clock's."""
    remediate: bool = False
    """Whether every rule that has a remedy mends what it finds, before it is judged."""

    def waive(self, findings: Sequence[Finding]) -> list[Finding]:
        """`findings` with valid waivers applied; what is wrong with the waivers themselves is the audit's to say."""
        today = self.today or datetime.now(UTC).date()
        return apply_waivers(findings, self.waivers, today)[: len(findings)]


FindPromise = Callable[[Mapping[str, str]], Promise]
"""What a stack promises, given its configuration."""


class PolicyAnalyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """The rules as a policy pack, in process or behind gRPC.

    A rule that needs the whole stack is judged in ``AnalyzeStack``; any other in ``Analyze``, before the resource is
    touched. What could not be judged is told once, in ``AnalyzeStack``, as advice: it must not look like a pass.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        profile: Profile,
        *,
        waivers: Iterable[Waiver] = (),
        remediate: bool = False,
        find_promise: FindPromise | None = None,
    ) -> None:
        self._rules = tuple(rules)
        self._by_type = _by_type(self._rules)
        self._promise = Promise(profile, tuple(waivers), remediate=remediate)
        self._find_promise = find_promise
        self._levels: dict[str, int] = {}
        self._told: set[tuple[str, str]] = set()
        self.findings: tuple[Finding, ...] = ()
        """Every verdict on the stack last analysed, before waivers; for a caller in the same process."""

    def Handshake(self, request: pb.AnalyzerHandshakeRequest, context: object) -> pb.AnalyzerHandshakeResponse:
        """Accept any engine."""
        return pb.AnalyzerHandshakeResponse()

    def GetPluginInfo(self, request: Empty, context: object) -> plugin_pb2.PluginInfo:
        """Version of the pack."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetAnalyzerInfo(self, request: Empty, context: object) -> pb.AnalyzerInfo:
        """Every rule with its level under the stack's profile."""
        info = pb.AnalyzerInfo(name=PACK, displayName="Rackwright", version=VERSION, supportsConfig=True)
        info.description = f"Requirements of a GPU cluster ({self._promise.profile.name})"
        info.policies.extend(self._policy(rule) for rule in self._rules)
        return info

    def ConfigureStack(
        self, request: pb.AnalyzerStackConfigureRequest, context: object
    ) -> pb.AnalyzerStackConfigureResponse:
        """A new run begins; find out which profile the stack promises."""
        self._told.clear()
        if self._find_promise is not None:
            self._promise = self._find_promise(dict(request.config))
        return pb.AnalyzerStackConfigureResponse()

    def Configure(self, request: pb.ConfigureAnalyzerRequest, context: object) -> Empty:
        """Levels that the organisation sets for single rules; a mandatory rule can be made advisory only there."""
        self._levels = {name: config.enforcementLevel for name, config in request.policyConfig.items()}
        return Empty()

    def Analyze(self, request: pb.AnalyzeRequest, context: object) -> pb.AnalyzeResponse:
        """Violations of one resource by the rules that need no other."""
        mine = self._by_type.get(request.type, ())
        rules = [rule for rule in mine if not rule.needs_stack and self._is_enabled(rule)]
        if not rules:
            return pb.AnalyzeResponse()
        judged = {Status.FAILED, Status.WAIVED}
        found = evaluate(rules, [one_resource(request)], profile=self._promise.profile, today=self._promise.today)
        news = [finding for finding in self._promise.waive(found) if finding.status in judged]
        self._told.update((finding.rule, finding.urn) for finding in news)
        return pb.AnalyzeResponse(diagnostics=[self._diagnostic(finding) for finding in news])

    def AnalyzeStack(self, request: pb.AnalyzeStackRequest, context: object) -> pb.AnalyzeResponse:
        """Violations that show only in the whole stack, and what could not be judged."""
        found = evaluate(
            self._enabled(), all_resources(request), profile=self._promise.profile, today=self._promise.today
        )
        self.findings = tuple(found)
        news = [
            finding
            for finding in self._promise.waive(found)
            if finding.status is not Status.PASSED and (finding.rule, finding.urn) not in self._told
        ]
        return pb.AnalyzeResponse(diagnostics=[self._diagnostic(finding) for finding in news])

    def Remediate(self, request: pb.AnalyzeRequest, context: object) -> pb.RemediateResponse:
        """The resource with properties that satisfy the rules; only those that were asked to mend do (`_mends`)."""
        rules = [rule for rule in self._by_type.get(request.type, ()) if self._mends(rule)]
        resource, properties = one_resource(request), json_format.MessageToDict(request.properties)
        mended = []
        for each in mend(rules, resource):
            properties = {**properties, **each.changes}
            mended.append(_remediation(each, properties))
        return pb.RemediateResponse(remediations=mended)

    def _mends(self, rule: Rule) -> bool:
        """Whether the stack or the organisation asked for the remedy of `rule`."""
        level = self._levels.get(rule.id)
        return level == pb.REMEDIATE or (self._promise.remediate and level != pb.DISABLED)

    def Cancel(self, request: Empty, context: object) -> Empty:
        """Nothing is under way that would have to stop."""
        return Empty()

    def _enabled(self) -> list[Rule]:
        return [rule for rule in self._rules if self._is_enabled(rule)]

    def _is_enabled(self, rule: Rule) -> bool:
        return self._levels.get(rule.id) != pb.DISABLED

    def _level(self, rule: str, enforcement: Enforcement) -> int:
        level = self._levels.get(rule, LEVELS[enforcement])
        return pb.MANDATORY if level == pb.REMEDIATE else level

    def _policy(self, rule: Rule) -> pb.PolicyInfo:
        build: Callable[..., pb.PolicyInfo] = pb.PolicyInfo
        return build(
            name=rule.id,
            displayName=rule.title,
            description=rule.title,
            enforcementLevel=LEVELS[self._promise.profile.enforcement(rule)],
            severity=SEVERITIES[rule.severity],
            policy_type=pb.POLICY_TYPE_STACK if rule.needs_stack else pb.POLICY_TYPE_RESOURCE,
            tags=rule.controls,
            remediation_steps=rule.fix,
        )

    def _diagnostic(self, finding: Finding) -> pb.AnalyzeDiagnostic:
        build: Callable[..., pb.AnalyzeDiagnostic] = pb.AnalyzeDiagnostic
        failed = finding.status is Status.FAILED
        what = {
            Status.FAILED: f"{finding.message}. Fix: {finding.fix}.",
            Status.NOT_EVALUATED: f"not evaluated: {finding.message}.",
        }.get(finding.status, f"{finding.message}.")
        return build(
            policyName=finding.rule,
            policyPackName=PACK,
            policyPackVersion=VERSION,
            description=finding.title,
            message=f"{finding.title}\n{what}",
            urn=finding.urn,
            enforcementLevel=self._level(finding.rule, finding.enforcement) if failed else pb.ADVISORY,
            severity=SEVERITIES[finding.severity],
        )


def _by_type(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        for kind in rule.applies_to:
            found.setdefault(kind, []).append(rule)
    return found


def _remediation(mended: Mended, properties: Mapping[str, Any]) -> pb.Remediation:
    build: Callable[..., pb.Remediation] = pb.Remediation
    return build(
        policyName=mended.rule.id,
        policyPackName=PACK,
        policyPackVersion=VERSION,
        description=f"{mended.rule.title}: set {', '.join(sorted(mended.changes))}",
        properties=json_format.ParseDict(properties, struct_pb2.Struct()),
    )
