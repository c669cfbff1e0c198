// Sorts the tables inside `element` by a click on a head. A table that is drawn anew keeps its order.
const sorted = {};
const sort = (table) => {
  const way = sorted[table.dataset.table];
  if (!way) return;
  const key = (row) => row.children[way.column].dataset.order;
  const compare = (a, b) => {
    const x = key(a), y = key(b);
    const numbers = x !== '' && y !== '' && !isNaN(x) && !isNaN(y);
    return way.sign * (numbers ? x - y : x.localeCompare(y));
  };
  const body = table.tBodies[0];
  [...body.rows].sort(compare).forEach((row) => body.append(row));
  [...table.tHead.rows[0].cells].forEach((cell, i) => cell.setAttribute('aria-sort',
    i !== way.column ? 'none' : way.sign > 0 ? 'ascending' : 'descending'));
};
element.addEventListener('click', (event) => {
  const head = event.target.closest('button[data-sort]');
  if (!head) return;
  const table = head.closest('table'), column = Number(head.dataset.sort), old = sorted[table.dataset.table];
  const sign = old && old.column === column ? -old.sign : head.dataset.first === 'down' ? -1 : 1;
  sorted[table.dataset.table] = {column, sign};
  sort(table);
});
