#!/bin/sh
# Keeps one machine running: mounts its root, starts systemd-nspawn, and starts it again when the machine reboots.
# usage: keeper.sh CONTROL_GROUP MACHINE_KEY HOST_NAME BRIDGE   (in the machine's folder, in a mount namespace of its own)
set -eu
group=/sys/fs/cgroup/$1

# nspawn must see a pure cgroup2 machine; this changes our private view only.
umount -R /sys/fs/cgroup 2>/dev/null || umount -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p "$group/keeper" "$group/guest"
echo $$ > "$group/keeper/cgroup.procs"

# The mount exists in this namespace only, so it goes away with us, however we end. Relative paths need no escaping.
mount -t overlay rackwright -o lowerdir=base,upperdir=up,workdir=work root

while :; do
    ip link delete "vb-$2" 2>/dev/null || true # left behind by a run that was killed a moment ago
    code=0
    env RACKWRIGHT_CLOUD_ROLE="guest:${PWD##*/}" GROUP="$group/guest" sh -c 'echo $$ > "$GROUP/cgroup.procs"; exec "$@"' sh \
        systemd-nspawn --quiet --keep-unit --register=no --boot --directory=root --machine="$2" --hostname="$3" \
        --network-veth --network-bridge="$4" --bind="$PWD/plain-disk:/var/lib/containerd" \
        --resolv-conf=off --timezone=off --link-journal=no --console=read-only --kill-signal=SIGRTMIN+3 || code=$?
    # With --keep-unit nspawn ends with 133 when the machine asks for a reboot.
    [ "$code" = 133 ] || exit "$code"
    echo "-- reboot --"
done
