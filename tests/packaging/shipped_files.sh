#!/usr/bin/env bash
# Desktop entry, AppStream metadata, MIME type, icons, manual pages and completions: valid, of this version, and with every
# option that the window program has. A check whose tool is not installed is passed over and said to be.
#   shipped_files.sh SOURCE BUILD VERSION
set -euo pipefail
source=$1 build=$2 version=$3
made=$build/packaging
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
id=org.zipage.Zipage
fail() { echo "FAIL: $*"; exit 1; }
# with TOOL COMMAND...: runs it where the tool is there; whatever it says must be nothing or success.
with() {
  local tool=$1; shift
  if ! command -v "$tool" >/dev/null; then echo "passed over, $tool is not installed: $*"; return; fi
  "$@" > "$work/said" 2>&1 || { cat "$work/said"; fail "$*"; }
}

with desktop-file-validate desktop-file-validate "$source/packaging/$id.desktop"
with appstreamcli appstreamcli validate --pedantic --no-net "$made/$id.metainfo.xml"
grep -q "<release version=\"$version\"" "$made/$id.metainfo.xml" || fail "the metadata has another version"

# A file that is a model by its name or by its first bytes.
if command -v update-mime-database >/dev/null; then
  mkdir -p "$work/data/mime/packages"
  cp "$source/packaging/$id.mime.xml" "$work/data/mime/packages/$id.xml"
  XDG_DATA_HOME=$work/data update-mime-database "$work/data/mime" 2>&1 | tee "$work/said"
  [ ! -s "$work/said" ] || fail "the MIME type is not valid"
  grep -q "^50:application/x-gguf:\*.gguf" "$work/data/mime/globs2" || fail "*.gguf is no model"
  grep -qa GGUF "$work/data/mime/magic" || fail "a model is not known by its first bytes"
fi

# The entry opens what the program says it opens, by the type that is declared.
grep -q '^MimeType=application/x-gguf;$' "$source/packaging/$id.desktop" || fail "the entry opens no models"
grep -q '<mediatype>application/x-gguf</mediatype>' "$made/$id.metainfo.xml" || fail "the metadata opens no models"
for icon in "$id.svg" "$id-symbolic.svg"; do
  [ -s "$source/packaging/icons/$icon" ] || fail "no icon $icon"
  with xmllint xmllint --noout "$source/packaging/icons/$icon"
done

for page in zipage zipage-cli; do
  with groff groff -man -Kutf8 -Tutf8 -ww -z "$made/$page.1"
  [ ! -s "$work/said" ] || { cat "$work/said"; fail "the page of $page is not good roff"; }
  grep -q "Zipage $version" "$made/$page.1" || fail "the page of $page has another version"
done

# Without a display too.
[ "$(env -u QT_QPA_PLATFORM -u DISPLAY -u WAYLAND_DISPLAY "$build/bin/zipage" --version)" = "zipage $version" ] || fail "the window has another version"
[ "$("$build/bin/zipage-cli" --version)" = "$version" ] || fail "the command line has another version"

# Every option of --help is in the page and in each completion, and every entry of the desktop file calls one that exists.
options=$("$build/bin/zipage" --help | grep -oE '^ +(-[a-z?], )*--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u)
[ "$(wc -l <<<"$options")" -ge 5 ] || fail "the help was not understood: $options"
for option in $options; do
  grep -qF -- "\\fB${option//-/\\-}\\fR" "$made/zipage.1" || fail "the page does not tell $option"
  grep -q -- "$option\b" "$source/packaging/completions/zipage.bash" || fail "bash does not know $option"
  grep -q -- "$option\b" "$source/packaging/completions/zipage.zsh" || fail "zsh does not know $option"
  grep -q -- "-l ${option#--}\b" "$source/packaging/completions/zipage.fish" || fail "fish does not know $option"
done
for option in $(grep -ohE -- '--[a-z-]+' "$source/packaging/$id.desktop"); do
  grep -qx -- "$option" <<<"$options" || fail "the desktop entry calls $option, which does not exist"
done
for option in $(grep -ohE -- "-l [a-z-]+" "$source/packaging/completions/zipage.fish" | sed 's/^-l /--/'); do
  grep -qx -- "$option" <<<"$options" || fail "fish completes $option, which does not exist"
done
with bash bash -n "$source/packaging/completions/zipage.bash"
with zsh zsh -n "$source/packaging/completions/zipage.zsh"
with fish fish --no-execute "$source/packaging/completions/zipage.fish"

# The copyright file names everything that was bundled.
for package in $(cat "$build"/resources/js/*.packages | sort -u) lucide-static; do
  grep -q "^Comment: $package [0-9]" "$made/copyright" || fail "the copyright file does not name $package"
done
echo "what is shipped is valid and of version $version"
