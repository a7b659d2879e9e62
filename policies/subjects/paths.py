"""Files of a host whose owner and mode rules look at: the collector reports each that exists."""

PATHS = (
    "/etc/passwd",
    "/etc/shadow",
    "/etc/group",
    "/etc/gshadow",
    "/etc/ssh/sshd_config",
    "/etc/sudoers",
    "/etc/crontab",
    "/etc/nftables.conf",
    "/etc/munge/munge.key",
    "/etc/kubernetes/admin.conf",
    "/etc/nvidia-container-runtime/config.toml",
    "/var/log",
    "/var/log/audit",
    "/var/log/audit/audit.log",
    "/usr/sbin/auditctl",
    "/usr/sbin/auditd",
    "/boot/grub/grub.cfg",
    "/root",
)
