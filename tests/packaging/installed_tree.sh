#!/usr/bin/env bash
# An installed tree works where it was put, and still when it is moved: it finds its model and the plug-in by its own place.
#   installed_tree.sh SOURCE BUILD VERSION
set -euo pipefail
source=$1 build=$2 version=$3
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export ZIPAGE_HOME=$work/home
unset ZIPAGE_CUDA_PLUGIN ZIPAGE_RESOURCES
fail() { echo "FAIL: $*"; exit 1; }

cmake --install "$build" --component zipage --prefix "$work/first place" > "$work/log" || { cat "$work/log"; fail "install"; }
mv "$work/first place" "$work/second"
tree=$work/second

for file in bin/zipage bin/zipage-cli share/zipage/zipage-demo.gguf share/applications/org.zipage.Zipage.desktop \
  share/metainfo/org.zipage.Zipage.metainfo.xml share/mime/packages/org.zipage.Zipage.xml \
  share/icons/hicolor/scalable/apps/org.zipage.Zipage.svg \
  share/icons/hicolor/symbolic/apps/org.zipage.Zipage-symbolic.svg share/man/man1/zipage.1.gz share/man/man1/zipage-cli.1.gz \
  share/bash-completion/completions/zipage share/bash-completion/completions/zipage-cli \
  share/fish/vendor_completions.d/zipage-cli.fish share/doc/zipage/copyright share/doc/zipage/changelog.gz; do
  [ -s "$tree/$file" ] || fail "$file is not installed"
done
[ ! -e "$tree/lib" ] || fail "libraries are installed that nobody asked for: $(ls "$tree/lib")"

for program in zipage zipage-cli; do
  path=$(readelf -d "$tree/bin/$program" | sed -n 's/.*(RPATH).*\[\(.*\)\]/\1/p')
  [ "$path" = '$ORIGIN/../lib/zipage' ] || fail "$program looks for libraries in \"$path\""
  [ "$("$tree/bin/$program" --version | grep -oE '[0-9.]+$')" = "$version" ] || fail "$program has another version"
done

"$tree/bin/zipage-cli" doctor --json > "$work/report" || fail "the doctor finds problems: $(cat "$work/report")"
grep -qF "$tree/share/zipage/zipage-demo.gguf" "$work/report" || fail "the model is not the installed one: $(cat "$work/report")"
grep -q "is not installed; it comes with the package zipage-cuda" "$work/report" || fail "a plug-in was found where none is"

# Where the package zipage-cuda puts the plug-in.
mkdir -p "$tree/lib/zipage"
cp "$build/tests/plugins/working_plugin.so" "$tree/lib/zipage/libzipage_cuda.so"
"$tree/bin/zipage-cli" doctor --json > "$work/report" || fail "the doctor finds problems: $(cat "$work/report")"
grep -q "a pretended GPU" "$work/report" || fail "the plug-in is not found where it is installed"
echo "the installed tree works where it lies"
