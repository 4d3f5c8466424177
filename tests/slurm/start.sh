#!/usr/bin/env bash
# Start a throw-away Slurm on this machine, as root, without systemd, on the loopback interface alone: nodes n1, n2, … with fake GPUs.
#   start.sh FOLDER [GPUS_PER_NODE=1] [NODES=2] [CPUS_PER_NODE=4]
# Needs the Debian packages slurmctld slurmd slurm-client munge.
set -euo pipefail
base=$1; gpus=${2:-1}; nodes=${3:-2}; cpus=${4:-4}
here=$(cd "$(dirname "$0")" && pwd)
if [ -e /etc/slurm/slurm.conf ] && [ ! -L /etc/slurm/slurm.conf ]; then
  echo "/etc/slurm/slurm.conf exists: this machine has a Slurm of its own." >&2
  exit 1
fi
mkdir -p "$base"/{munge,state,spool,log,dev} /etc/slurm
chmod 755 "$base" "$base"/*
# Device nodes like /dev/null: with plain files Slurm leaves CUDA_VISIBLE_DEVICES empty.
for i in $(seq 0 $((gpus * nodes - 1))); do [ -e "$base/dev/gpu$i" ] || mknod -m 666 "$base/dev/gpu$i" c 1 3; done
(umask 077; head -c 1024 /dev/urandom >"$base/munge/key")
munged --key-file="$base/munge/key" --socket="$base/munge/socket" --pid-file="$base/munge/pid" \
  --log-file="$base/munge/log" --seed-file="$base/munge/seed"
memory=$(($(awk '/MemTotal/{print int($2/1024)}' /proc/meminfo) / nodes - 256))
sed -e "s|@BASE@|$base|g" -e "s|@HOST@|$(hostname -s)|g" -e "s|@NODES@|$nodes|g" -e "s|@CPUS@|$cpus|g" \
  -e "s|@MEMORY@|$memory|g" -e "s|@GPUS@|$gpus|g" -e "s|@LAST_PORT@|$((17000 + nodes))|g" "$here/slurm.conf.in" >"$base/slurm.conf"
: >"$base/gres.conf"
for n in $(seq 1 "$nodes"); do
  for i in $(seq $(((n - 1) * gpus)) $((n * gpus - 1))); do
    echo "NodeName=n$n Name=gpu Type=fake File=$base/dev/gpu$i" >>"$base/gres.conf"
  done
done
echo "CgroupAutomount=no" >"$base/cgroup.conf"
# At its own place, since the executor's steps lose SLURM_CONF.
for file in slurm.conf gres.conf cgroup.conf; do ln -sfn "$base/$file" "/etc/slurm/$file"; done
slurmctld -i -f "$base/slurm.conf"
for n in $(seq 1 "$nodes"); do slurmd -N "n$n" -f "$base/slurm.conf"; done
for _ in $(seq 300); do
  [ "$(sinfo -h -N -o '%N %T' 2>/dev/null | awk '$2=="idle"' | sort -u | wc -l)" = "$nodes" ] && exit 0
  sleep 0.1
done
echo "the nodes did not come up; see $base/log" >&2
exit 1
