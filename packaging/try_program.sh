#!/usr/bin/env bash
# Inside a system where Zipage is installed, as an ordinary user: its versions, an answer on the command line, the doctor, a
# chat in the window under Xvfb that ends up in the database, and a proper end.
#   try_program.sh BIN
set -euo pipefail
bin=$1
question="Tom has 14 apples. Ann has 9 more apples than Tom. How many apples do Tom and Ann have together?"
cd "$HOME"
fail() { echo "FAILED: $*" >&2; exit 1; }

"$bin/zipage" --version
"$bin/zipage-cli" --version
"$bin/zipage-cli" doctor || fail "the doctor finds problems"
answer=$("$bin/zipage-cli" run --model demo --policy budget --budget 256 --period 64 --temperature 0 --prompt "$question" 2>/dev/null)
grep -q 37 <<<"$answer" || fail "the command line answers: $answer"

# The window: a question from the command line, whose answer must come to stand in the database.
export XDG_RUNTIME_DIR=$HOME/run DISPLAY=:77
mkdir -p "$XDG_RUNTIME_DIR"
chmod 700 "$XDG_RUNTIME_DIR"
database=$HOME/.local/share/zipage/zipage.db
numAnswers() {
  sqlite3 "$database" "SELECT count(*) FROM messages WHERE role = 2 AND state = 0 AND text LIKE '%37%'" 2>/dev/null || echo 0
}
isAnswered() { [ "$(numAnswers)" -gt "$before" ]; }
before=$(numAnswers)
Xvfb :77 -screen 0 1360x860x24 -nolisten tcp > "$HOME/xvfb.log" 2>&1 &
xvfb=$!
"$bin/zipage" --ask "$question" > "$HOME/window.log" 2>&1 &
window=$!
trap 'kill $window $xvfb 2>/dev/null || true' EXIT
for ((seconds = 0; seconds < 240; ++seconds)); do
  ! isAnswered || break
  kill -0 $window 2>/dev/null || { cat "$HOME/window.log" >&2; fail "the window has ended by itself"; }
  sleep 1
done
isAnswered || { cat "$HOME/window.log" >&2; fail "no answer came in the window"; }
sleep 1
xwd -root -silent -out "$HOME/window.xwd" || true
kill -TERM $window
wait $window || fail "the window did not end properly: $(cat "$HOME/window.log")"
kill $xvfb 2>/dev/null || true
[ -z "$(ls -A "$HOME/.local/state/zipage" 2>/dev/null)" ] || fail "a report of a crash was left"
grep -v '^$' "$HOME/window.log" || true
trap - EXIT
echo "answered on the command line and in the window"
