#!/bin/sh
# Makes the base images from Debian packages, for a machine that reaches no image registry; needs root and debootstrap.
# Prints the variables that name them: eval "$(e2e/bases/make.sh)"
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=releasegate-base/python:3.13
have() { docker image inspect "$1" >/dev/null 2>&1; }
if ! have "$python"; then
    tree=$(mktemp -d)
    trap 'rm -rf "$tree"' EXIT
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates trixie "$tree" >&2
    tar -C "$tree" -c . | docker import - "$python" >&2
fi
for name in postgres redis; do
    have "releasegate-base/$name:trixie" && continue
    DOCKER_BUILDKIT=0 docker build --quiet --build-arg "BASE=$python" --tag "releasegate-base/$name:trixie" "$here/$name" >&2
done
echo "export RELEASEGATE_PYTHON_IMAGE=$python"
echo "export RELEASEGATE_POSTGRES_IMAGE=releasegate-base/postgres:trixie"
echo "export RELEASEGATE_REDIS_IMAGE=releasegate-base/redis:trixie"
