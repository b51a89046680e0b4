#!/usr/bin/env bash
# Landlock (Linux 6.18) with landlock 1.0.0.dev5: what a ruleset does not name is
# allowed, but for one right. A ruleset that speaks of sockets only, and allows those
# everywhere, makes each rename from one folder to another fail as if between disks.
# Within a folder it works. `shutil.move` then copies, without a word: what was atomic
# is so no longer.
# Output seen: in a folder: renamed / between folders: EXDEV / shutil.move: another inode
. "$(dirname "$0")/common.bash" landlock==1.0.0.dev5
"$python" - <<'PYTHON'
import errno
import os
import shutil
from pathlib import Path

from landlock import FSAccess, Ruleset

for name in ("one", "two"):
    Path(name).mkdir()
file = Path("one/file")
file.write_text("text")
rules = Ruleset(restrict_rules=FSAccess.MAKE_SOCK)
rules.allow("/")
rules.apply()

inode = file.stat().st_ino
moved = file.rename("one/moved")
assert moved.stat().st_ino == inode
try:
    os.replace(moved, "two/moved")
    between = "renamed"
except OSError as error:
    between = errno.errorcode[error.errno]
after = Path(shutil.move(moved, "two/moved"))
kept = "the same inode" if after.stat().st_ino == inode else "another inode"
print("in a folder: renamed")
print("between folders:", between)
print("shutil.move:", kept)
assert (between, kept) == ("EXDEV", "another inode")
PYTHON
