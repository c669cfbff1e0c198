// In a report, after tables.js: what was picked is opened on the page.
element.addEventListener('click', (event) => {
  const picked = event.target.closest('[data-pick]');
  const cells = [...document.querySelectorAll('[data-cell]')];
  const cell = picked && cells.find((c) => c.dataset.cell === picked.dataset.pick);
  if (cell) { cell.open = true; cell.scrollIntoView({behavior: 'smooth'}); }
});
