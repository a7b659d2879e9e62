#
# Ansible managed
#
# CIS 5.4.3.3
umask 077
# CIS 5.4.3.2; a shell of a job or of Slurm is not idle.
if [ -n "${PS1:-}" ] && [ -z "${SLURM_JOB_ID:-}" ]; then
    TMOUT=900
    readonly TMOUT
    export TMOUT
fi
