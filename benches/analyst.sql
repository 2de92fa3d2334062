-- What an analyst does with the sqlite3 shell: import the files as text, type them, join bill and orders, list what differs.
-- Amounts become integers of 10^-10, so that nothing is cut. Run by benches/compare.sh in the folder of the files.
CREATE TABLE raw_bill(line_id, order_no, payer, owner, month, day, kind, product, product_name, currency, list, discount, payable);
CREATE TABLE raw_orders(account, product, kind, list_price, provider_order, date);
CREATE TABLE raw_accounts(uid);
.mode csv
.import --skip 1 bill.csv raw_bill
.import --skip 1 orders.csv raw_orders
.import accounts.csv raw_accounts

CREATE TABLE account(uid TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO account SELECT DISTINCT uid FROM raw_accounts WHERE uid <> '';

CREATE TABLE line(line_id TEXT, order_no TEXT, payer TEXT, owner TEXT, month INTEGER, day INTEGER, kind TEXT, product TEXT,
                  product_name TEXT, currency TEXT, list INTEGER, discount INTEGER, payable INTEGER);
INSERT INTO line
SELECT line_id, NULLIF(order_no, ''), payer, trim(owner, char(9)), month, day, kind, product, product_name, currency,
       round(list * 1e10), round(discount * 1e10), round(payable * 1e10)
  FROM raw_bill;

CREATE TABLE orders(account TEXT, product TEXT, kind TEXT, list INTEGER, provider_order TEXT, date TEXT, expected INTEGER);
INSERT INTO orders
SELECT account, product, kind, round(list_price * 1e10), provider_order, date, round(list_price * 0.8 * 100) * 100000000
  FROM raw_orders;

CREATE TABLE once AS SELECT MIN(rowid) AS id FROM line GROUP BY line_id;
CREATE TABLE billed AS
SELECT l.owner, l.order_no, COUNT(*) AS lines, SUM(l.payable) AS payable
  FROM once AS o JOIN line AS l ON l.rowid = o.id JOIN account AS a ON a.uid = l.owner
 WHERE l.order_no IS NOT NULL GROUP BY l.owner, l.order_no;

CREATE TABLE difference AS
SELECT b.owner, b.order_no, b.payable, o.expected
  FROM billed AS b LEFT JOIN orders AS o ON o.provider_order = b.order_no AND o.account = b.owner
 WHERE o.expected IS NULL OR abs(b.payable - o.expected) >= 50000000
UNION ALL
SELECT o.account, o.provider_order, NULL, o.expected
  FROM orders AS o LEFT JOIN billed AS b ON b.order_no = o.provider_order AND b.owner = o.account
 WHERE b.order_no IS NULL;

.mode list
SELECT 'usage lines ' || COUNT(*) FROM once AS o JOIN line AS l ON l.rowid = o.id JOIN account AS a ON a.uid = l.owner
 WHERE l.order_no IS NULL;
SELECT 'unrecorded ' || COUNT(*) FROM difference WHERE expected IS NULL;
SELECT 'missing ' || COUNT(*) FROM difference WHERE payable IS NULL;
SELECT 'over-billed ' || COUNT(*) FROM difference WHERE payable > expected;
SELECT 'under-billed ' || COUNT(*) FROM difference WHERE payable < expected;
