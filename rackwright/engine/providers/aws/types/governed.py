"""Types about people, records, detection, fixes, copies and money."""

from __future__ import annotations

from rackwright.engine.providers.aws.resource import Resource
from rackwright.engine.providers.aws.types import (
    account_settings,
    backup,
    configuration_records,
    data_links,
    detection,
    identity,
    patching,
    registries,
    scaling_policies,
    secrets,
    single_sign_on,
    spending,
    watching,
)

GOVERNED: tuple[type[Resource], ...] = (
    *(account_settings.ImageBlockPublicAccess, account_settings.SnapshotBlockPublicAccess),
    *(account_settings.InstanceMetadataDefaults, account_settings.AccountPasswordPolicy),
    *(backup.Vault, backup.VaultLock, backup.Plan, backup.Selection, data_links.DataRepositoryAssociation),
    *(configuration_records.Recorder, configuration_records.RecorderStatus, configuration_records.DeliveryChannel),
    *(configuration_records.Rule, detection.Detector, detection.DetectorFeature, detection.SecurityHub),
    *(detection.StandardsSubscription, detection.Inspector, detection.Macie, detection.ClassificationJob),
    *(detection.Analyzer, patching.PatchBaseline, patching.PatchGroup, patching.MaintenanceWindow),
    *(patching.MaintenanceWindowTarget, patching.MaintenanceWindowTask),
    *(registries.Repository, registries.LifecyclePolicy, registries.PullThroughCacheRule, registries.RegistryScanning),
    *(registries.RepositoryCreationTemplate, scaling_policies.Policy, secrets.SecretPolicy),
    *(single_sign_on.PermissionSet, single_sign_on.PermissionSetInlinePolicy, single_sign_on.ManagedPolicyAttachment),
    *(single_sign_on.AccountAssignment, single_sign_on.Group, spending.BudgetAction, spending.CostAllocationTag),
    *(watching.Dashboard, watching.LogMetricFilter, watching.EventRule, watching.EventTarget),
    *(watching.TopicSubscription, identity.Group, identity.GroupPolicyAttachment),
)
