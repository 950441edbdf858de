#!/usr/bin/env bash
# Builds the image without a registry and without a daemon, on a base made from Debian's
# packages, and runs the demo in its root folder as a container engine would: as the
# image's user, without capabilities, the root folder read-only. As root on Debian, with
# the packages buildah, netavark, mmdebstrap and iproute2; about ten minutes.
# BUILD_OPTIONS is passed to `buildah build`, such as a volume with your certificates.
set -euo pipefail
cd "$(dirname "$0")"
scratch=$(mktemp -d)
container=
clean_up() {
  [ -z "$container" ] || buildah rm "$container" >/dev/null
  rm -r "$scratch"
}
trap clean_up EXIT

echo "The base, as small as debian:trixie-slim:"
mmdebstrap --quiet --variant=minbase \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' trixie "$scratch/base.tar"
container=$(buildah from scratch)
buildah add --quiet "$container" "$scratch/base.tar" / >/dev/null
buildah commit --quiet --rm "$container" localhost/standfirst-base >/dev/null
container=

# shellcheck disable=SC2086 # several options
buildah build --quiet --isolation chroot --network host ${BUILD_OPTIONS:-} \
  --ulimit "nofile=$(ulimit -n):$(ulimit -n)" --ulimit "nproc=$(ulimit -u):$(ulimit -u)" \
  --build-arg BASE=localhost/standfirst-base --ignorefile Dockerfile.dockerignore \
  --file Dockerfile --format docker --tag localhost/standfirst .. >/dev/null

container=$(buildah from localhost/standfirst)
root=$(buildah mount "$container")
echo "Megabytes by du: $(du --summarize --block-size=1M "$root" | cut -f1)"
mkdir "$scratch/data"
chown 10001:10001 "$scratch/data"
mapfile -t environment < <(buildah inspect --type image \
  --format '{{range .OCIv1.Config.Env}}{{println .}}{{end}}' localhost/standfirst)

# shellcheck disable=SC2016 # expanded by the inner shell
unshare --mount --pid --net --ipc --uts --fork --kill-child bash -euc '
  root=$1 data=$2
  shift 2
  ip link set lo up
  mount --make-rprivate /
  mount --bind "$root" "$root"
  mount --bind "$data" "$root/var/lib/standfirst"
  mount -t tmpfs -o size=64m,nosuid,nodev,noexec tmpfs "$root/tmp"
  mount -t tmpfs -o size=1m tmpfs "$root/dev"
  for device in null zero random urandom; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mount -t proc proc "$root/proc"
  mount -o remount,bind,ro "$root"
  exec chroot "$root" env --ignore-environment --chdir=/var/lib/standfirst "$@" \
    setpriv --reuid=10001 --regid=10001 --clear-groups --no-new-privs \
    --bounding-set=-all --inh-caps=-all python -
' _ "$root" "$scratch/data" "${environment[@]}" <probe_demo.py
