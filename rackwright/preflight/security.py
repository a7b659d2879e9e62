"""Records, retention and agreements that frameworks ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rackwright.catalog.regions import EEA
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View
from rackwright.spec.storage import S3, Efs, FsxLustre

IDLE_MINUTES, ROTATION_DAYS, FIX_DAYS = 15, 365, 30

RETENTION: Mapping[str, tuple[int, str]] = {
    "hipaa": (2190, "45 CFR 164.316(b)(2)(i): six years"),
    "sox": (2555, "17 CFR 210.2-06: seven years"),
    "pci-dss": (365, "PCI DSS 10.5.1: twelve months"),
    "ccpa": (730, "11 CCR 7101: 24 months"),
    "nist-800-53": (365, "NIST SP 800-53 AU-11, with the usual parameter of one year"),
    "fedramp-moderate": (365, "FedRAMP AU-11: one year"),
}
"""Framework -> days that records are kept at least, and where that is said."""


@rule("RW-SEC-005", frameworks=("hipaa", "sox", "nist-800-53"))
def buckets_keep_versions(view: View) -> Iterator[Fault]:
    """Buckets keep versions where records must not be lost.

    Source: 45 CFR 164.312(c)(1); NIST SP 800-53 CP-9; COBIT DSS04
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, S3) and view.audited and not item.versioning:
            yield Fault(("storage", name, "versioning"), f"no versions under {view.audited}", "set versioning: true")


@rule("RW-SEC-006", Severity.WARNING, frameworks=("pci-dss", "nist-800-53", "cis"))
def buckets_record_access(view: View) -> Iterator[Fault]:
    """Buckets record who read them.

    Source: NIST SP 800-53 AU-2; PCI DSS 10.2; CIS AWS Foundations Benchmark 3.6
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, S3) and view.audited and not item.access_logs:
            yield Fault(("storage", name, "access_logs"), f"no access log under {view.audited}", "set it to true")


@rule("RW-SEC-007", frameworks=("hipaa", "pci-dss", "nist-800-53", "cis"))
def flows_are_recorded(view: View) -> Iterator[Fault]:
    """Network flows are recorded under a framework that audits.

    Source: CIS AWS Foundations Benchmark 3.7; NIST SP 800-53 AU-12; 45 CFR 164.312(b)
    """
    if view.audited and not view.spec.network.flow_logs:
        yield Fault(("network", "flow_logs"), f"flow_logs is false under {view.audited}", "set it to true")


@rule("RW-SEC-008", frameworks=("hipaa", "sox", "pci-dss", "nist-800-53", "cis"))
def calls_are_recorded(view: View) -> Iterator[Fault]:
    """Calls to the cloud's API are recorded.

    Source: CIS AWS Foundations Benchmark 3.1; NIST SP 800-53 AU-2; SOX section 404 (change evidence)
    """
    if view.on_aws and view.audited and not view.spec.monitoring.cloudtrail:
        yield Fault(("monitoring", "cloudtrail"), f"cloudtrail is false under {view.audited}", "set it to true")


@rule("RW-SEC-027")
def dashboards_are_not_public(view: View) -> Iterator[Fault]:
    """Dashboards are not on the internet.

    Job names, users and paths are on them; Grafana has had several log-in bypasses.

    Source: CVE-2021-43798, CVE-2025-4123 (Grafana); NIST SP 800-53 AC-3
    """
    if view.spec.monitoring.grafana_public and view.spec.data.classification != "public":
        yield Fault(("monitoring", "grafana_public"), "dashboards are on the internet", "set it to false; use the VPN")


@rule("RW-SEC-028", frameworks=("hipaa", "sox", "pci-dss", "nist-800-53"))
def logs_are_kept(view: View) -> Iterator[Fault]:
    """Logs leave the nodes under a framework that audits.

    A node's own log goes with the node.

    Source: 45 CFR 164.312(b); NIST SP 800-53 AU-9(2); PCI DSS 10.3.3
    """
    if view.audited and view.spec.monitoring.logs == "none":
        yield Fault(("monitoring", "logs"), f"logs is 'none' under {view.audited}", "use cloudwatch, loki or syslog")


@rule("RW-SEC-029", Severity.WARNING, frameworks=("nist-800-53", "pci-dss", "fedramp-moderate"))
def threats_are_watched(view: View) -> Iterator[Fault]:
    """Threat detection runs on AWS accounts with sensitive data.

    Source: NIST SP 800-53 SI-4; PCI DSS 11.5; https://docs.aws.amazon.com/guardduty/
    """
    if view.spec.target.kind == "aws" and view.sensitive and not view.spec.monitoring.guardduty:
        yield Fault(("monitoring", "guardduty"), f"guardduty is off with {view.strict}", "set it to true")


@rule("RW-SEC-030", Severity.WARNING, frameworks=("sox", "nist-800-53", "fedramp-moderate"))
def changes_are_recorded(view: View) -> Iterator[Fault]:
    """Configuration changes are recorded under SOX and NIST SP 800-53 for sensitive data.

    Source: SOX section 404 (program changes); NIST SP 800-53 CM-3, CM-8
    """
    wanted = view.follows("sox", "nist-800-53", "fedramp-moderate") and view.sensitive
    if view.spec.target.kind == "aws" and wanted and not view.spec.monitoring.config_recorder:
        yield Fault(("monitoring", "config_recorder"), "no record of configuration changes", "set it to true")


@rule("RW-SEC-031", frameworks=tuple(RETENTION))
def records_are_kept_long_enough(view: View) -> Iterator[Fault]:
    """Logs and evidence are kept as long as every framework asks.

    HIPAA six years, SOX seven, PCI DSS one, CCPA two.

    Source: 45 CFR 164.316(b)(2)(i); 17 CFR 210.2-06; PCI DSS 10.5.1; 11 CCR 7101
    """
    kept = view.spec.monitoring.retention
    asked = [(days, why) for name, (days, why) in RETENTION.items() if view.follows(name)]
    days, why = max(asked, default=(0, ""))
    if kept < days:
        yield Fault(
            ("monitoring", "retention"), f"records are kept {kept} days, at least {days} ({why})", f"{days} days"
        )


@rule("RW-SEC-032", Severity.WARNING, frameworks=("gdpr", "ccpa"))
def personal_data_expires(view: View) -> Iterator[Fault]:
    """Personal data under the GDPR or CCPA has an end.

    Storage limitation: data is kept no longer than its purpose needs.

    Source: GDPR Article 5(1)(e); CCPA section 1798.100(a)(3)
    """
    if view.spec.data.classification not in {"pii", "phi"} or not view.follows("gdpr", "ccpa"):
        return
    for name, item in view.spec.storage.items():
        if isinstance(item, S3) and item.expire is None:
            yield Fault(("storage", name), f"objects of '{name}' are kept for ever", "set expire")


@rule("RW-SEC-033", Severity.WARNING)
def someone_is_told(view: View) -> Iterator[Fault]:
    """Alerts have a recipient under a framework that audits.

    Source: NIST SP 800-53 IR-6, SI-4(5); 45 CFR 164.308(a)(6)
    """
    if view.spec.target.kind != "local" and view.audited and not view.spec.monitoring.alerts:
        yield Fault(("monitoring", "alerts"), f"nobody is told of trouble under {view.audited}", "add alerts: [ops@…]")


@rule("RW-SEC-034", Severity.WARNING, frameworks=("sox", "hipaa"))
def records_cannot_be_changed(view: View) -> Iterator[Fault]:
    """Under SOX a bucket for records has object lock.

    Source: 17 CFR 240.17a-4(f) (non-rewriteable); SOX section 802
    """
    buckets = [(name, item) for name, item in view.spec.storage.items() if isinstance(item, S3)]
    if view.follows("sox") and buckets and not any(item.object_lock for _, item in buckets):
        yield Fault(("storage", buckets[0][0]), "no bucket has object_lock under sox", "set object_lock: true on one")


@rule("RW-SEC-037", Severity.WARNING)
def root_of_a_node_is_nobody(view: View) -> Iterator[Fault]:
    """Root on a node is not root on a Lustre file system with sensitive data.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/root-squash.html; NIST SP 800-53 AC-6
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, FsxLustre) and view.sensitive and not item.root_squash:
            yield Fault(("storage", name, "root_squash"), "root on any node owns every file", "set it to true")


@rule("RW-SEC-038", frameworks=("hipaa",))
def provider_has_agreed(view: View) -> Iterator[Fault]:
    """Health data on AWS goes with a signed business associate agreement.

    Without one, putting health data there is itself the violation.

    Source: 45 CFR 164.308(b), 164.504(e); https://aws.amazon.com/compliance/hipaa-compliance/
    """
    if view.spec.target.kind == "aws" and view.spec.data.classification == "phi" and not view.spec.data.baa:
        yield Fault(
            ("data", "baa"), "health data on AWS without a business associate agreement", "sign it, set baa: true"
        )


@rule("RW-SEC-039", frameworks=("hipaa",))
def health_data_is_under_hipaa(view: View) -> Iterator[Fault]:
    """Health data about people in the United States is under HIPAA.

    Source: 45 CFR 160.102, 160.103 (protected health information)
    """
    data = view.spec.data
    about_us = "us" in data.subjects or (not data.subjects and "us" in data.residency)
    if data.classification == "phi" and about_us and not view.follows("hipaa"):
        yield Fault(("compliance",), "phi about people in the US without hipaa", "add hipaa")


@rule("RW-SEC-040", frameworks=("gdpr",))
def european_data_is_under_the_gdpr(view: View) -> Iterator[Fault]:
    """Personal data about people in the European Union is under the GDPR.

    Source: GDPR Article 3
    """
    data = view.spec.data
    european = [country for country in data.subjects if country in EEA or country == "eu"]
    if data.classification in {"pii", "phi"} and european and not view.follows("gdpr"):
        yield Fault(("compliance",), f"personal data about people in {', '.join(european)} without gdpr", "add gdpr")


@rule("RW-SEC-041", Severity.WARNING, frameworks=("sox", "pci-dss"))
def financial_data_is_under_a_framework(view: View) -> Iterator[Fault]:
    """Financial data is under SOX or PCI DSS.

    Source: SOX section 404; PCI DSS, scope
    """
    if view.spec.data.classification == "financial" and not view.follows("sox", "pci-dss"):
        yield Fault(("compliance",), "financial data without sox or pci-dss", "add the one that applies")


@rule("RW-SEC-042", frameworks=("hipaa",))
def homes_are_backed_up(view: View) -> Iterator[Fault]:
    """File systems with health data are backed up.

    Source: 45 CFR 164.308(a)(7)(ii)(A) (data backup plan)
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, Efs) and view.follows("hipaa") and not item.backup:
            yield Fault(("storage", name, "backup"), "no backup under hipaa", "set it to true")


@rule("RW-SEC-043", frameworks=("pci-dss", "fedramp-moderate", "cis"))
def critical_fixes_come_soon(view: View) -> Iterator[Fault]:
    """Critical fixes are installed within a month.

    Source: PCI DSS 6.3.3 (one month); FedRAMP SI-2 (30 days); NIST SP 800-53 SI-2
    """
    days = view.spec.patching.critical_within
    if view.strict and days > FIX_DAYS:
        yield Fault(
            ("patching", "critical_within"), f"critical fixes within {days} days, at most {FIX_DAYS}", "30 days or less"
        )
