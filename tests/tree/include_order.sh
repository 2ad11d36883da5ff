#!/usr/bin/env bash
# Includes go one way: app -> ui -> engine -> kernels, and inside engine/ along its own order. engine/ and kernels/ know
# no Qt; only kernels/cuda knows CUDA; ui/ knows neither Device, Engine nor SQLite; app/ knows no kernels but through
# engine. First the rules are tried on made-up lines, so that a rule that can no longer fail is noticed.
set -euo pipefail
cd "$1"

engineOrder=(base model text cache schedule sample runtime trace store)
rank() { local i; for i in "${!engineOrder[@]}"; do [ "${engineOrder[$i]}" = "$1" ] && { echo "$i"; return; }; done; echo -1; }

# broken FILE INCLUDE: prints the rule that this include breaks, or nothing.
broken() {
  local file=$1 include=$2 from=${1%%/*} to=${2%%/*}
  case $from:$include in
    kernels:Q*|engine:Q*) [[ $include =~ ^Q[A-Z] ]] && { echo "no Qt in $from/"; return; } ;;
  esac
  case $include in
    cuda*|cublas*) [[ $file == kernels/cuda/* ]] || { echo "CUDA headers only in kernels/cuda/"; return; } ;;
    sqlite3.h) [[ $file == engine/store/* ]] || { echo "SQLite only in engine/store/"; return; } ;;
  esac
  case $from:$to in
    kernels:engine|kernels:ui|kernels:app|engine:ui|engine:app|ui:app|ui:kernels) echo "$from/ must not include $to/"; return ;;
    app:kernels) [[ $include == kernels/device_registry.h || $include == kernels/device.h ]] ||
      { echo "app/ opens devices and looks no further into kernels/"; return; } ;;
    ui:engine) [[ $include =~ ^engine/(base/ids|base/clock|cache/cache_snapshot|cache/memory_policy|cache/sequence_record|trace/[a-z_]+)\.h$ ]] ||
      { echo "ui/ takes values: only the cache snapshot, what was traced, memory policies, ids and times of engine/"; return; } ;;
    engine:engine)
      local a b; a=$(rank "$(cut -d/ -f2 <<<"$file")"); b=$(rank "$(cut -d/ -f2 <<<"$include")")
      [ "$b" -le "$a" ] && [ "$b" -ge 0 ] || { echo "engine/$(cut -d/ -f2 <<<"$include") lies above"; return; }
      # The store sees base and the storage interface of cache only.
      if [[ $file == engine/store/* && $include != engine/store/* && $include != engine/base/* && $include != engine/cache/* ]]; then
        echo "engine/store sees base and cache only"; return
      fi ;;
  esac
}

expectBroken() { [ -n "$(broken "$1" "$2")" ] || { echo "the rule no longer catches: $1 including $2"; exit 1; }; }
expectFine() { [ -z "$(broken "$1" "$2")" ] || { echo "the rule wrongly refuses: $1 including $2"; exit 1; }; }
expectBroken engine/cache/a.cpp QString
expectBroken kernels/cpu/a.cpp engine/base/error.h
expectBroken engine/base/a.h engine/cache/page_table.h
expectBroken ui/a.cpp app/gui/b.h
expectBroken ui/a.cpp engine/runtime/engine.h
expectBroken ui/a.cpp engine/cache/compression_settings.h
expectBroken engine/runtime/a.cpp cuda_runtime.h
expectBroken app/a.cpp sqlite3.h
expectBroken engine/store/a.cpp engine/runtime/engine.h
expectFine app/a.cpp engine/runtime/engine.h
expectFine engine/runtime/a.cpp engine/cache/page_table.h
expectFine ui/a.cpp QString
expectFine ui/a.cpp engine/trace/memory_history.h
expectBroken engine/runtime/a.cpp engine/trace/memory_event.h
expectFine ui/a.h engine/cache/memory_policy.h

count=0; failures=0
while IFS=: read -r file include; do
  count=$((count + 1))
  rule=$(broken "$file" "$include")
  if [ -n "$rule" ]; then echo "$file includes $include: $rule"; failures=$((failures + 1)); fi
done < <(find kernels engine ui app -name '*.h' -o -name '*.cpp' -o -name '*.cu' -o -name '*.cuh' | sort |
  xargs grep -HoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"][^">]+' | sed -E 's/#[[:space:]]*include[[:space:]]*[<"]//; s/:[[:space:]]*/:/')
[ "$count" -gt 50 ] || { echo "only $count includes found: the search is broken"; exit 1; }
echo "$count includes, $failures against the order"
[ "$failures" = 0 ]
