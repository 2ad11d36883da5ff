#!/usr/bin/env bash
# Makes all packages of a build: .deb, .rpm, the archive, and the list of their checksums.
#   package.sh BUILD        the packages come to lie in BUILD/packages
set -euo pipefail
build=$(readlink -f "${1:?usage: package.sh BUILD}")
source=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
say() { printf 'package: %s\n' "$*" >&2; }

version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")
released=$(sed -n 's/^## [0-9.]* (\([0-9-]*\))$/\1/p' "$source/CHANGELOG.md" | head -n 1)
hasCuda=false
[ ! -e "$build/bin/libzipage_cuda.so" ] || hasCuda=true
out=$build/packages
rm -rf "$out" "$build/staged"
mkdir -p "$out"

# pack NAME: the staged folder NAME as an archive that is the same to the byte each time.
pack() {
  tar -C "$build/staged" --sort=name --owner=0 --group=0 --numeric-owner --mtime="$released" --mode=u+w,go-w,a+rX \
    -cf - "$1" | xz -T0 -6 > "$out/$1.tar.xz"
}

archive=zipage-$version-x86_64
say "archive"
for component in zipage bundle; do
  cmake --install "$build" --strip --component "$component" --prefix "$build/staged/$archive" >/dev/null
done
cp "$source/packaging/add-to-menu" "$source/LICENSE" "$build/staged/$archive/"
pack "$archive"
if $hasCuda; then
  # Unpacked over the other, it adds the plug-in.
  cmake --install "$build" --strip --component zipage-cuda --prefix "$build/staged/cuda/$archive" >/dev/null
  mv "$build/staged/cuda" "$build/staged/zipage-cuda-$version-x86_64"
  tar -C "$build/staged/zipage-cuda-$version-x86_64" --sort=name --owner=0 --group=0 --numeric-owner --mtime="$released" \
    -cf - "$archive" | xz -T0 -2 > "$out/zipage-cuda-$version-x86_64.tar.xz"
fi

for generator in DEB RPM; do
  say "$generator"
  (cd "$build" && cpack -G "$generator" -B "$out" -D CPACK_ZIPAGE_STAGED="$build/staged/$archive" >"$out/$generator.log" 2>&1) ||
    { cat "$out/$generator.log" >&2; exit 1; }
done
rm -rf "$out/_CPack_Packages" "$out"/*.log
(cd "$out" && sha256sum -- * > SHA256SUMS)
(cd "$out" && ls -l >&2)
