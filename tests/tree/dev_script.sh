#!/usr/bin/env bash
# The set-up step of ./dev, against stand-ins for dpkg-query, apt-get, id and sudo: what is missing is installed, what
# is there is not, root is asked for when needed, and a machine without either is told what to do.
set -euo pipefail
top=$1
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin"
log=$work/log
fake() { printf '#!/bin/bash\n%s\n' "$2" > "$work/bin/$1"; chmod +x "$work/bin/$1"; }
fail() { echo "FAIL: $*"; exit 1; }

# `install` alone, taken out of the script: everything up to the command switch.
sed '/^command=/,$d; s#^cd .*#cd /#' "$top/dev" > "$work/functions.sh"
callInstall() { : > "$log"; PATH="$work/bin:/usr/bin:/bin" LOG=$log bash -c "source '$work/functions.sh'; install \"\${packages[@]}\"" 2>"$work/err"; }

fake apt-get 'echo "apt-get $*" >> "$LOG"'
fake sudo 'echo "sudo" >> "$LOG"; "$@"'
fake node ':'; fake npm ':'
fake id 'echo 0'

fake dpkg-query 'echo -n installed'
callInstall
[ ! -s "$log" ] || fail "everything is there, yet it called: $(cat "$log")"

fake dpkg-query 'case ${@: -1} in qt6-base-dev|libsqlite3-dev) exit 1 ;; *) echo -n installed ;; esac'
callInstall
grep -q 'apt-get update' "$log" || fail "the lists were not refreshed"
grep -q 'apt-get install.* qt6-base-dev libsqlite3-dev$' "$log" || fail "missing packages were not installed: $(cat "$log")"
! grep -q sudo "$log" || fail "root needs no sudo"

fake id 'echo 1000'
callInstall
grep -q sudo "$log" || fail "an ordinary user must go through sudo"

rm "$work/bin/sudo"
if [ ! -x /usr/bin/sudo ]; then
  if callInstall; then fail "without root and sudo it must stop"; fi
  grep -q 'as root: apt-get' "$work/err" || fail "it must say what to do: $(cat "$work/err")"
fi

# Every package the script names exists for this Debian, where apt knows packages at all.
if command -v apt-cache >/dev/null && apt-cache show cmake >/dev/null 2>&1; then
  while read -r package; do
    apt-cache show "$package" >/dev/null 2>&1 || fail "no such Debian package: $package"
  done < <("$top/dev" packages)
fi

# Read once: a pipe into `grep -q` would end the script early, and pipefail would call that a failure.
listed=$("$top/dev" packages)

# Every pkg-config module and CMake package the build asks for has a package in the list that brings it.
for pair in libhwy:libhwy-dev sentencepiece:libsentencepiece-dev sqlite3:libsqlite3-dev libxxhash:libxxhash-dev \
  nlohmann_json:nlohmann-json3-dev tl-expected:libexpected-dev CLI11:libcli11-dev Svg:libqt6svg6-dev Qml:qt6-declarative-dev; do
  grep -qx "${pair#*:}" <<<"$listed" || fail "${pair%%:*} is asked for, ${pair#*:} is not in the list"
done
echo "set-up step: all cases as expected"
