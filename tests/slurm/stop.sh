#!/usr/bin/env bash
# Stop what start.sh FOLDER started, by its files of process ids.
base=$1
scancel --user="$(id -un)" 2>/dev/null
sleep 1
for file in "$base"/slurmd.*.pid "$base/slurmctld.pid" "$base/munge/pid"; do
  [ -e "$file" ] || continue
  process=$(cat "$file")
  kill "$process" 2>/dev/null
  for _ in $(seq 100); do kill -0 "$process" 2>/dev/null || break; sleep 0.1; done
  kill -9 "$process" 2>/dev/null
done
for file in slurm.conf gres.conf cgroup.conf; do [ -L "/etc/slurm/$file" ] && rm -f "/etc/slurm/$file"; done
exit 0
