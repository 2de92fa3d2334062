#!/bin/sh
# One month of one group, from an empty book to statements. Run it in a folder of its own:
#
#   mkdir try && cd try && sh ../examples/worked-month/month.sh
#
# Everything is synthetic. The first bill has three differences, so the month end stops with exit 3; the corrected one closes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export SUBLEDGER_BOOK="$PWD/acme.db"

# Who we are, whom we serve, and their two accounts: one opened, one brought in.
subledger init --agent "Lingdu Cloud" --credential 91330106MA05J1K21K --provider alibaba --currency CNY
subledger entity add acme-hq --name "Acme Holdings" --credential 91330106MA01A2B329
subledger group add acme --name "Acme Group"
subledger account create acme-prod --group acme --entity acme-hq --environment production --mobile 13800000001 \
  --mode agent-pays --credit 100000 --since 2026-06-01
subledger account accept acme-prod --uid 1000000000000001
subledger account verify acme-prod
subledger account associate acme-test --uid 1000000000000002 --group acme --entity acme-hq --environment test --mode prepaid \
  --since 2026-06-01 --attest no-other-agent --attest no-arrears --attest no-open-orders
subledger account confirm acme-test

# What we sell and buy for, and the customer's money.
subledger price apply "$here/acme-sale.toml"
subledger price apply "$here/alibaba-purchase.toml"
subledger fund deposit acme 50000 --date 2026-06-01
subledger fund allocate acme-test 20000 --date 2026-06-01

# The month's orders: one by hand, the others from a list.
subledger order record acme-prod --product ecs --kind new --list-price 12000 --provider-order 2100001 \
  --from 2026-06-02 --to 2027-06-02 --date 2026-06-02
subledger order import "$here/orders.csv"

# The month end stops at the first bill ...
ended=0
subledger month-end 2026-06 --bill "$here/bill-first.csv" --out out || ended=$?
[ "$ended" -eq 3 ]
# ... and closes with the corrected one.
subledger month-end 2026-06 --bill "$here/bill-corrected.csv" --out out
subledger report trial-balance
subledger check
