-- The same question in DuckDB, into a file: how many orders and bill lines do not agree. Run by benches/compare.sh. The types are
-- the narrowest that hold the amounts exactly, and a line that came twice is told by what is compared: both make DuckDB fast.
CREATE TABLE line AS
SELECT * REPLACE (nullif(order_no, '') AS order_no, trim(owner, chr(9)) AS owner)
  FROM read_csv('bill.csv', skip = 1, header = false,
                columns = {'line_id': 'VARCHAR', 'order_no': 'VARCHAR', 'payer': 'VARCHAR', 'owner': 'VARCHAR', 'month': 'INTEGER',
                           'day': 'VARCHAR', 'kind': 'VARCHAR', 'product': 'VARCHAR', 'product_name': 'VARCHAR',
                           'currency': 'VARCHAR', 'list': 'DECIMAL(18, 10)', 'discount': 'DECIMAL(18, 10)',
                           'payable': 'DECIMAL(18, 10)'});
CREATE TABLE orders AS
SELECT *, CAST(round(list_price * 0.8, 2) AS DECIMAL(18, 2)) AS cost
  FROM read_csv('orders.csv', header = true, types = {'account': 'VARCHAR', 'provider_order': 'VARCHAR', 'list_price': 'DECIMAL(18, 2)'});
CREATE TABLE account AS SELECT DISTINCT uid FROM read_csv('accounts.csv', header = false, columns = {'uid': 'VARCHAR'});
CREATE TABLE billed AS
SELECT owner, order_no, SUM(payable) AS payable
  FROM (SELECT DISTINCT line_id, order_no, owner, payable FROM line)
 WHERE order_no IS NOT NULL AND owner IN (SELECT uid FROM account) GROUP BY owner, order_no;
SELECT COUNT(*)
  FROM billed FULL JOIN orders ON provider_order = order_no AND account = owner
 WHERE order_no IS NULL OR provider_order IS NULL OR abs(payable - cost) >= 0.005;
