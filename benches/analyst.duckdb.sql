-- The same question in DuckDB, into a file: how many orders and bill lines do not agree. Run by benches/compare.sh.
CREATE TABLE line AS
SELECT line_id, nullif(order_no, '') AS order_no, payer, trim(owner, chr(9)) AS owner, month, day, kind, product, product_name, currency,
       CAST(list AS DECIMAL(28, 10)) AS list, CAST(discount AS DECIMAL(28, 10)) AS discount, CAST(payable AS DECIMAL(28, 10)) AS payable
  FROM read_csv('bill.csv', all_varchar = true, skip = 1, header = false,
                names = ['line_id', 'order_no', 'payer', 'owner', 'month', 'day', 'kind', 'product', 'product_name', 'currency', 'list',
                         'discount', 'payable']);
CREATE TABLE orders AS SELECT * FROM read_csv('orders.csv', all_varchar = true, header = true);
CREATE TABLE account AS SELECT DISTINCT uid FROM read_csv('accounts.csv', all_varchar = true, header = false, names = ['uid']);
CREATE TABLE billed AS
SELECT owner, order_no, SUM(payable) AS payable
  FROM (SELECT DISTINCT ON (line_id) * FROM line)
 WHERE order_no IS NOT NULL AND owner IN (SELECT uid FROM account) GROUP BY owner, order_no;
SELECT COUNT(*)
  FROM billed FULL JOIN orders ON provider_order = order_no AND account = owner
 WHERE order_no IS NULL OR provider_order IS NULL
    OR abs(payable - round(CAST(list_price AS DECIMAL(18, 2)) * 0.8, 2)) >= 0.005;
