// In the app, after tables.js: what was picked is told to the server.
element.addEventListener('click', (event) => {
  const picked = event.target.closest('[data-pick]');
  if (picked) trigger('pick', {key: picked.dataset.pick});
});
watch('value', () => element.querySelectorAll('table[data-table]').forEach(sort));
