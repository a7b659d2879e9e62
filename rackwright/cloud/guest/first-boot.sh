#!/bin/sh
# Runs the instance's user data once, as cloud-init does for a script; the paths are cloud-init's own.
set -u
data=/var/lib/cloud/instance/user-data.txt
status=/var/lib/cloud/data/status.json
mkdir -p /var/lib/cloud/data

report() {
    printf '{"v1": {"datasource": "rackwright local cloud (stand-in for cloud-init)", "stage": null, "status": "%s", "exit_code": %d}}\n' "$1" "$2" > "$status.new"
    mv "$status.new" "$status"
}

report running 0
code=0
if [ "$(head -c 2 "$data")" = '#!' ]; then
    install -m 0700 "$data" /var/lib/cloud/instance/script
    HOME=/root /var/lib/cloud/instance/script
    code=$?
else
    echo "user data is no script (it does not start with #!): nothing to run"
fi
[ "$code" = 0 ] && report done 0 || report error "$code"
date -u +%FT%TZ > /var/lib/cloud/instance/boot-finished
exit "$code"
