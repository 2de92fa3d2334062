#!/bin/sh
# The month end as cron or systemd runs it: month-end.sh INBOX OUT [MONTH]
#
# INBOX holds the provider's files as they were downloaded, in a folder for each month (INBOX/2026-06/*). The book is the one that
# SUBLEDGER_BOOK names. Run as often as you like: a month that is closed stays as it is.
#
# Ends with the exit code of subledger: 0 closed (or closed before), 3 something is left for a person (see OUT/MONTH/*.csv),
# 5 another command was writing for ten minutes, 7 the book or the disk. cron mails what stands on standard error.
set -eu
inbox=$1 out=$2
month=${3:-$(date -d "$(date +%Y-%m-01) -1 day" +%Y-%m)}
set -- "$inbox/$month"/*
[ -e "$1" ] || { echo "no bill of $month in $inbox/$month yet" >&2; exit 3; }
mkdir -p "$out/$month"
for file in "$@"; do bills="${bills-}${bills+ }--bill=$file"; done
# shellcheck disable=SC2086 # one word a file: the names in INBOX have no blanks
exec subledger month-end "$month" $bills --out "$out/$month" --format json --no-input --quiet --wait 600 > "$out/$month.json"
