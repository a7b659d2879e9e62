#!/bin/sh
# Keeps one machine running: mounts its root, starts systemd-nspawn, and starts it again when the machine reboots.
# usage: keeper.sh CONTROL_GROUP MACHINE_KEY HOST_NAME BRIDGE   (in the machine's folder, in a mount namespace of its own)
set -eu
group=/sys/fs/cgroup/$1

# nspawn must see a pure cgroup2 machine; this changes our private view only.
umount -R /sys/fs/cgroup 2>/dev/null || umount -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p "$group/keeper"
echo $$ > "$group/keeper/cgroup.procs"
# Where the host keeps its controllers in cgroup2, machines get them; where they are in version 1, there is none to get.
for parent in "${group%/*}" "$group"; do
    for controller in cpu memory pids io; do
        echo "+$controller" > "$parent/cgroup.subtree_control" 2>/dev/null || true
    done
done

# The mount exists in this namespace only, so it goes away with us, however we end. Relative paths need no escaping.
lower=base
[ -e baked ] && lower=baked:base # a baked image lies between the base root and the machine's own layer
mount -t overlay rackwright -o "lowerdir=$lower,upperdir=up,workdir=work" root

boot=0
while :; do
    boot=$((boot + 1)) # a group that handed its controllers down takes no process, so each boot has a new one
    mkdir -p "$group/boot$boot"
    ip link delete "vb-$2" 2>/dev/null || true # left behind by a run that was killed a moment ago
    code=0
    # keyctl and bpf: runc gives each container a session keyring and filters its devices with bpf.
    env RACKWRIGHT_CLOUD_ROLE="guest:${PWD##*/}" GROUP="$group/boot$boot" \
        sh -c 'echo $$ > "$GROUP/cgroup.procs"; exec "$@"' sh \
        systemd-nspawn --quiet --keep-unit --register=no --boot --directory=root --machine="$2" --hostname="$3" \
        --network-veth --network-bridge="$4" --bind="$PWD/plain-disk:/var/lib/containerd" \
        --system-call-filter="keyctl bpf" --resolv-conf=off --timezone=off --link-journal=no \
        --console=read-only --kill-signal=SIGRTMIN+3 || code=$?
    echo 1 > "$group/boot$boot/cgroup.kill" # a guest may outlive an nspawn that was killed
    # With --keep-unit nspawn ends with 133 when the machine asks for a reboot.
    [ "$code" = 133 ] || exit "$code"
    echo "-- reboot --"
done
