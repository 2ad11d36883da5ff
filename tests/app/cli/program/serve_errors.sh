#!/usr/bin/env bash
# What the server says to requests that cannot be served: serve_errors.sh http://HOST:PORT KEY. One line for each that is
# answered in another way than it should be; the exit code is their number.
set -uo pipefail
base=$1 key=$2 failures=0

# expect STATUS CODE ARGUMENTS…: a curl call, the status it must get and the "code" of the error ("-": any).
expect() {
  local status=$1 code=$2 body got
  shift 2
  body=$(curl -sS --max-time 20 -w '\n%{http_code}' "$@") || { echo "curl failed: $*"; failures=$((failures + 1)); return; }
  got=${body##*$'\n'} body=${body%$'\n'*}
  if [ "$got" != "$status" ]; then
    echo "$got in place of $status: ${*: -3}: $body"; failures=$((failures + 1)); return
  fi
  case $code in
    ok) ;;
    -) [[ $body == '{"error":{"message":"'* ]] || { echo "no error object: $body"; failures=$((failures + 1)); } ;;
    *) [[ $body == *"\"code\":\"$code\""* ]] || { echo "no code $code: $body"; failures=$((failures + 1)); } ;;
  esac
}

auth=(-H "Authorization: Bearer $key")
chat=(-X POST "$base/v1/chat/completions" "${auth[@]}" -d)
hi='"messages":[{"role":"user","content":"Hi"}]'

expect 200 ok "$base/health"
expect 401 invalid_api_key "$base/v1/models"
expect 401 invalid_api_key "$base/v1/models" -H "Authorization: Bearer no"
expect 200 ok "$base/v1/models" "${auth[@]}"
expect 404 - "$base/v1/nothing" "${auth[@]}"
expect 404 - "$base/v1/chat/completions" "${auth[@]}"
expect 403 host_not_allowed "$base/v1/models" "${auth[@]}" -H "Host: evil.example"
expect 403 origin_not_allowed "$base/v1/models" "${auth[@]}" -H "Origin: https://evil.example"
expect 400 - "${chat[@]}" '{'
expect 400 - "${chat[@]}" '[]'
expect 400 - "${chat[@]}" "{$hi, \"temperature\": \"warm\"}"
expect 400 - "${chat[@]}" "{$hi, \"n\": 0}"
expect 400 - "${chat[@]}" "{$hi, \"kv_policy\": \"none\"}"
expect 400 - "${chat[@]}" "{$hi, \"kv_policy\": \"budget\", \"kv_budget\": 33}"
expect 400 - "${chat[@]}" "{$hi, \"response_format\": {\"type\": \"json_object\"}}"
expect 404 model_not_found "${chat[@]}" "{$hi, \"model\": \"gpt\"}"
expect 400 - -X POST "$base/v1/completions" "${auth[@]}" -d '{"prompt": ["a", "b"]}'
expect 400 - -X POST "$base/tokenize" "${auth[@]}" -d '{}'
expect 400 - -X POST "$base/detokenize" "${auth[@]}" -d '{"tokens": ["a"]}'
expect 415 - -X POST "$base/v1/chat/completions" "${auth[@]}" -F 'a=b'
large=$(mktemp)
trap 'rm -f "$large"' EXIT
head -c 300000 /dev/zero | tr '\0' ' ' >"$large"
expect 413 - "${chat[@]}" "@$large"
expect 431 - "$base/health" -H "X-A: $(printf 'a%.0s' {1..8000})" -H "X-B: $(printf 'b%.0s' {1..8000})" \
  -H "X-C: $(printf 'c%.0s' {1..8000})" -H "X-D: $(printf 'd%.0s' {1..8000})" -H "X-E: $(printf 'e%.0s' {1..8000})"
exit "$failures"
