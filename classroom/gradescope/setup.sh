#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image. Everything is installed
# here: nothing may need a network later, while submissions are graded.
set -euo pipefail
cd "${WORKBOOK_AUTOGRADER:-/autograder}/source"

# The first Python that is new enough and can make environments, which Ubuntu splits off.
found() {
  local name
  for name in python3 python3.13 python3.12 python3.11; do
    if "$name" -I -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  return 1
}

if ! python=$(found); then
  # From Ubuntu's own archive, where 22.04 has 3.11 beside the 3.10 that is its python3.
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq || true
  for packages in "python3 python3-venv" "python3.11 python3.11-venv"; do
    # Word by word: these are two packages.
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $packages || true
    if python=$(found); then break; fi
  done
fi
if [ -z "$python" ]; then
  echo "The workbook needs Python 3.11 or newer with venv, and apt has none here: choose Ubuntu 22.04 or newer as the base image of this autograder." >&2
  exit 1
fi

"$python" -c 'from grader import venvs; venvs.for_learners()'
# An image that cannot grade is not to be built: the reference must earn its points in it.
.nox/workbook/bin/python -m grader doctor
.nox/workbook/bin/python -m grader grade blog --stage 1 --target solutions
