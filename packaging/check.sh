#!/usr/bin/env bash
# Checks packages as their users meet them: lintian, then a clean Debian 12 where the .deb is installed, used and taken away,
# then a newer Debian where the archive is unpacked and used and the .rpm is installed. Needs root, debootstrap and Debian's
# packages; the bare roots are kept in ROOTS for the next time.
#   check.sh PACKAGES ROOTS SHOTS [PART...]     SHOTS: where pictures of the window go; PART: lintian, deb, archive, rpm, cuda
set -euo pipefail
packages=$(readlink -f "$1") roots=$2 shots=$3
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
mkdir -p "$roots" "$shots"
roots=$(readlink -f "$roots")
root=$roots/work
mounted=()
say() { printf 'check: %s\n' "$*" >&2; }
fail() { say "FAILED: $*"; exit 1; }
unmount() {
  local each
  # What a run that was broken off has left is taken away too.
  for each in "${mounted[@]}" "$root/dev/shm" "$root/proc"; do umount -l "$each" 2>/dev/null || true; done
  mounted=()
}
exec 9> "$roots/in-use"
flock -n 9 || fail "another check uses $roots"
trap 'unmount; rm -rf --one-file-system "$root"' EXIT

# A bare system with what a test of a window needs, kept in $roots/SUITE.
#   makeRoot SUITE PACKAGE...
makeRoot() {
  local suite=$1; shift
  [ ! -e "$roots/$suite.ready" ] || return 0
  say "making a root of Debian $suite"
  rm -rf "${roots:?}/$suite"
  debootstrap --variant=minbase "$suite" "$roots/$suite" > "$roots/$suite.log" 2>&1 || { tail "$roots/$suite.log" >&2; return 1; }
  root=$roots/$suite
  enter
  inRoot apt-get update -qq
  aptInstall xvfb xauth x11-apps sqlite3 "$@"
  inRoot useradd --create-home somebody
  unmount
  root=$roots/work
  touch "$roots/$suite.ready"
}

# freshRoot SUITE: a copy of it in $root, with the packages to be tried.
freshRoot() {
  unmount
  rm -rf --one-file-system "$root"
  cp -a "$roots/$1" "$root"
  mkdir "$root/packages"
  cp "$packages"/* "$root/packages/"
  cp "$here/try_program.sh" "$root/"
  enter
}

enter() {
  cp /etc/resolv.conf "$root/etc/"
  mount -t proc proc "$root/proc" && mounted+=("$root/proc")
  mount -t tmpfs tmpfs "$root/dev/shm" && mounted+=("$root/dev/shm")
}

inRoot() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"; }
asUser() { inRoot setpriv --reuid=somebody --regid=somebody --init-groups env HOME=/home/somebody "$@"; }
aptInstall() { inRoot apt-get install -y -qq --no-install-recommends "$@" > "$roots/apt.log" 2>&1 || { tail -n 20 "$roots/apt.log" >&2; fail "apt-get install $*"; }; }

# Every file of the system, without what a package manager or a running kernel writes for itself.
#   allFiles [TEST OF FIND...]
allFiles() {
  (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./tmp -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/lib/rpm \
    -o -path ./var/cache -o -path ./var/log -o -path ./home -o -path ./packages \) -prune -o "$@" -print | sort)
}

# tryProgram NAME BIN: version, an answer on the command line, a chat in a window, a proper end.
tryProgram() {
  asUser bash /try_program.sh "$2" || fail "$1"
  [ ! -e "$root/home/somebody/window.xwd" ] || convert "xwd:$root/home/somebody/window.xwd" "$shots/$1.png"
}

checkDebian12() {
  say "Debian 12: the .deb"
  makeRoot bookworm || return 1
  freshRoot bookworm
  local deb
  deb=$(cd "$packages" && echo zipage_*.deb)
  # Once with what it needs, so that the second time only what is its own comes and goes.
  aptInstall "/packages/$deb"
  inRoot apt-get purge -y -qq zipage > /dev/null
  allFiles > "$roots/before"
  inRoot dpkg -i "/packages/$deb" > /dev/null
  tryProgram debian-12-deb /usr/bin
  inRoot apt-get purge -y -qq zipage > /dev/null
  allFiles > "$roots/after"
  diff "$roots/before" "$roots/after" >&2 || fail "the package leaves something behind, or takes something along"
  [ -s "$root/home/somebody/.local/share/zipage/zipage.db" ] || fail "the chats of the user are gone"
  say "Debian 12: nothing left but the user's own"
}

# saysOfGpu WORDS: what is missing for a GPU, and what to do.
saysOfGpu() {
  local said
  said=$(asUser /usr/bin/zipage-cli run --model demo --device cuda --prompt hello 2>&1) && fail "something runs on a GPU here: $said"
  grep -q "$1" <<<"$said" || fail "instead of '$1' it says: $said"
}

# Without a GPU: the plug-in is found, opens without a driver, and what is missing is said; then it goes.
checkCuda() {
  local deb cuda
  deb=$(cd "$packages" && echo zipage_*.deb)
  cuda=$(cd "$packages" && echo zipage-cuda_*.deb)
  say "Debian 12: zipage-cuda"
  makeRoot bookworm || return 1
  freshRoot bookworm
  aptInstall "/packages/$deb"
  saysOfGpu "comes with the package zipage-cuda"
  allFiles > "$roots/before"
  inRoot dpkg -i "/packages/$cuda" > /dev/null
  saysOfGpu "there is no NVIDIA driver"
  [ -z "$(cd "$root" && find . -xdev -name 'libcuda.so*')" ] || fail "the driver's library is in the package"
  inRoot apt-get purge -y -qq zipage-cuda > /dev/null
  allFiles > "$roots/after"
  diff "$roots/before" "$roots/after" >&2 || fail "zipage-cuda leaves something behind"
  say "Debian 12: zipage-cuda says what it lacks, and nothing of it is left"
}

newerRoot() {
  # What a desktop has; the archive brings the rest.
  makeRoot trixie libegl1 libopengl0 libglx0 libfontconfig1 libx11-xcb1 libdbus-1-3 libharfbuzz0b xz-utils rpm \
    desktop-file-utils shared-mime-info || return 1
  freshRoot trixie
}

checkArchive() {
  say "Debian 13: the archive"
  newerRoot || return 1
  allFiles > "$roots/before"
  local archive
  archive=$(cd "$packages" && echo zipage-[0-9]*.tar.xz)
  asUser tar -C /home/somebody -xf "/packages/$archive"
  local tree=/home/somebody/${archive%.tar.xz}
  tryProgram debian-13-archive "$tree/bin"
  asUser "$tree/add-to-menu" > /dev/null
  asUser desktop-file-validate /home/somebody/.local/share/applications/org.zipage.Zipage.desktop || fail "the menu entry"
  asUser grep -q "^Exec=\"$tree/bin/zipage\" %f" /home/somebody/.local/share/applications/org.zipage.Zipage.desktop || fail "the menu entry"
  asUser "$tree/add-to-menu" --remove
  [ ! -e "$root/home/somebody/.local/share/applications/org.zipage.Zipage.desktop" ] || fail "the menu entry stays"
  asUser rm -r "$tree"
  allFiles > "$roots/after"
  diff "$roots/before" "$roots/after" >&2 || fail "the archive leaves something behind"
  say "Debian 13: the archive works"
}

checkRpm() {
  say "Debian 13: the .rpm"
  newerRoot || return 1
  # Folders of icons and completions belong to packages that this system has no .rpm of.
  allFiles ! -type d > "$roots/before"
  local rpm need library known
  known=$(inRoot ldconfig -p)
  rpm=$(cd "$packages" && echo zipage-[0-9]*.rpm)
  while read -r need; do
    library=${need%%(*}
    case $library in rpmlib) continue ;; esac
    grep -qF "	$library " <<<"$known" || fail "the .rpm needs $need, which a desktop does not have"
  done < <(inRoot rpm -qp --requires "/packages/$rpm")
  # The rpm of Debian knows none of Debian's packages, so what is needed was looked for above.
  inRoot rpm -i --nodeps "/packages/$rpm" || fail "rpm -i"
  tryProgram debian-13-rpm /usr/bin
  inRoot rpm -e zipage || fail "rpm -e"
  allFiles ! -type d > "$roots/after"
  diff "$roots/before" "$roots/after" >&2 || fail "the .rpm leaves something behind"
  say "Debian 13: the .rpm works, and nothing of it is left"
}

checkLintian() {
  local deb
  for deb in "$packages"/*.deb; do
    say "lintian $(basename "$deb")"
    lintian --tag-display-limit 0 --fail-on error "$deb" || fail "lintian"
  done
}

say "checksums"
(cd "$packages" && sha256sum --quiet -c SHA256SUMS) || fail "the checksums do not match"
parts=("${@:4}")
[ ${#parts[@]} -gt 0 ] || parts=(lintian deb archive rpm)
! compgen -G "$packages/zipage-cuda_*.deb" > /dev/null || [ $# -gt 3 ] || parts+=(cuda)
for part in "${parts[@]}"; do
  case $part in
    lintian) checkLintian ;;
    cuda) checkCuda || fail "no root of Debian 12 could be made" ;;
    deb) checkDebian12 || fail "no root of Debian 12 could be made" ;;
    archive) checkArchive || fail "no root of Debian 13 could be made" ;;
    rpm) checkRpm || fail "no root of Debian 13 could be made" ;;
    *) fail "no such part: $part" ;;
  esac
done
say "package checks passed: ${parts[*]}"
