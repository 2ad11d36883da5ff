#!/usr/bin/env bash
# What an installed tree needs of its system, as rpm names it: the libraries that are not in the tree, and the newest
# versions of the C and C++ libraries that something in it was built against.
#   requirements.sh TREE
set -euo pipefail
tree=${1:?usage: requirements.sh TREE}

mapfile -t objects < <(find "$tree/bin" "$tree/lib" -type f \( -name '*.so' -o -name '*.so.*' -o -path "$tree/bin/*" \))
[ ${#objects[@]} -gt 0 ] || { echo "no programs in $tree" >&2; exit 1; }
headers=$(objdump -p "${objects[@]}")

needed=$(awk '$1 == "NEEDED" { print $2 }' <<<"$headers" | sort -u)
while read -r library; do
  [ -e "$tree/lib/zipage/$library" ] || echo "$library()(64bit)"
done <<<"$needed"

# newest LIBRARY PREFIX: "libc.so.6(GLIBC_2.36)(64bit)"
newest() {
  local version
  version=$(grep -oE "\b$2_[0-9.]+\b" <<<"$headers" | sed "s/^$2_//" | sort -uV | tail -n 1)
  [ -z "$version" ] || echo "$1($2_$version)(64bit)"
}
newest libc.so.6 GLIBC
newest libstdc++.so.6 GLIBCXX
newest libstdc++.so.6 CXXABI
