#!/usr/bin/env bash
# Prints the table "What eviction costs the embedded model" of RESULTS.md: percent of a set's problems that are
# answered right, with the 95 % interval, for each preset and budget.
#   eviction_table.sh CLI SET.jsonl [options of eval, as --concurrency 64 --device cuda]
set -euo pipefail

cli=$1 set=$2
shift 2
budgets=(608 400 288 208) # 75, 49, 36 and 26 % of the mean length with full memory
presets=(zipage-plus zipage window random attention)

# Percent (low to high) of one run. The figures of the whole set come first in the object.
evaluate() {
  "$cli" eval --set "$set" --temperature 0 --page-tokens 16 --period 32 --json "$@" |
    sed -E 's/^\{"accuracy":([0-9.e-]+),"count":[0-9]+,"low":([0-9.e-]+),"high":([0-9.e-]+).*/\1 \2 \3/' |
    awk '{ printf "%.1f (%.1f to %.1f)", 100 * $1, 100 * $2, 100 * $3 }'
}

for policy in full auto; do
  echo "$policy: $(evaluate --policy "$policy" --pool-tokens 49152 "$@")"
done
echo "| budget |$(printf ' %s |' "${presets[@]}")"
echo "|---|$(printf -- '---|%.0s' "${presets[@]}")"
for budget in "${budgets[@]}"; do
  row="| $budget |"
  for preset in "${presets[@]}"; do
    row+=" $(evaluate --policy budget --budget "$budget" --preset "$preset" "$@") |"
  done
  echo "$row"
done
