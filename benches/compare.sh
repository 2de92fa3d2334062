#!/usr/bin/env bash
# `bill import` and `reconcile run` beside what else finance has: an analyst's sqlite3 script, and DuckDB.
#
#   benches/compare.sh [LINES] [RUNS]      a million lines and five runs unless told; two lines of the bill are an order and a half
#
# Whole processes, in turn, on files that `subledger demo` makes, in a folder that is removed again (TMPDIR chooses the disk). The
# other programs read the orders, too; subledger has them in its book. Before anything is measured, all must find the same. It
# installs nothing: what is not there is left out, and said. Ratios are what counts, the times mean nothing elsewhere.
set -euo pipefail
lines=${1:-1000000} runs=${2:-5} orders=$(( ${1:-1000000} * 2 / 5 ))
here=$(cd "$(dirname "$0")" && pwd)
command -v sqlite3 >/dev/null || { echo "sqlite3 is not installed: there is nothing to compare with"; exit 0; }
[ -n "${SUBLEDGER:-}" ] || cargo build --quiet --release --manifest-path "$here/../Cargo.toml"
subledger=${SUBLEDGER:-$(cd "$here/.." && cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/subledger}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$subledger" demo "$work/made" --accounts 1000 --orders "$orders" --lines "$lines" --quiet >/dev/null
cd "$work/made"
SUBLEDGER_BOOK=$PWD/book.db "$subledger" account list --format json | tr ',' '\n' | sed -n 's/.*"uid": *"\([0-9]*\)".*/\1/p' > accounts.csv

fresh() { mkdir -p "$work/run" && cp book.db "$work/run/book.db" && rm -f "$work/run/book.db-wal" "$work/s2.db" "$work/duck.db" && sync; }
ours() {
    export SUBLEDGER_BOOK=$work/run/book.db
    "$subledger" bill import bill.csv --period 2026-06 --final --quiet --no-input >/dev/null 2>&1
    "$subledger" reconcile run --period 2026-06 --format json --quiet --no-input > "$work/found.json" || [ $? -eq 3 ]
}
script() { sqlite3 "$work/s2.db" < "$here/analyst.sql"; }
duck() { duckdb "$work/duck.db" -noheader -list < "$here/analyst.duckdb.sql"; }

fresh; ours; script > "$work/script.txt"
found() { sqlite3 :memory: "SELECT COALESCE(json_extract(readfile('$work/found.json'), '$1'), 0)"; }
{
    echo "usage lines $(found '$.usage_lines')"
    echo "unrecorded $(found '$.classes.unrecorded-order.count')"
    echo "missing $(found '$.classes.missing-in-bill.count')"
    echo "over-billed $(found '$.classes.over-billed.count')"
    echo "under-billed $(found '$.classes.under-billed.count')"
} > "$work/ours.txt"
diff "$work/ours.txt" "$work/script.txt" || { echo "they do not find the same: nothing is measured"; exit 1; }
echo "$lines lines, $orders orders; both find:" $(paste -sd, "$work/ours.txt")

contenders=(ours script)
if command -v duckdb >/dev/null; then
    all=$(awk '/unrecorded|missing|billed/ { sum += $NF } END { print sum }' "$work/ours.txt")
    [ "$(duck)" = "$all" ] || { echo "DuckDB does not find the same $all differences: nothing is measured"; exit 1; }
    contenders+=(duck)
else
    echo "duckdb is not installed: left out"
fi
TIMEFORMAT='%R %U %S'
for run in $(seq "$runs"); do
    for who in "${contenders[@]}"; do
        fresh
        { time "$who" >/dev/null; } 2> "$work/time"
        tail -n 1 "$work/time" >> "$work/$who.times"
    done
done
median() { sort -n | sed -n "$(( (runs + 1) / 2 ))p"; }
for who in "${contenders[@]}"; do
    echo "$who: wall $(cut -d' ' -f1 "$work/$who.times" | median) s, CPU $(awk '{ print $2 + $3 }' "$work/$who.times" | median) s"
done
paste -d' ' "$work/ours.times" "$work/script.times" | awk '{ print $1 / $4 }' | median | sed 's/^/wall to the script: /'
paste -d' ' "$work/ours.times" "$work/script.times" | awk '{ print ($2 + $3) / ($5 + $6) }' | median | sed 's/^/CPU to the script: /'
