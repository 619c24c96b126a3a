# SPDX-License-Identifier: MIT
#
# For scripts whose programs get signals; read it first. Those that nohup or a
# shell's & ignores would be ignored by all children, and a shell cannot undo
# it: the script begins once more, with all of them as usual.
if [ -z "${GL_ORDINARY-}" ] && env --default-signal true 2>/dev/null; then
  GL_ORDINARY=1 exec env --default-signal "$0" "$@"
fi
