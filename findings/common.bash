# Sourced by each finding: a temporary folder, and a venv in it with pinned packages.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder" # PostgreSQL runs as another user when this one is root.
PYTHONPATH=$(cd "$(dirname "$0")" && pwd)
export PYTHONPATH PYTHONDONTWRITEBYTECODE=1
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "$@"
python=$folder/venv/bin/python
