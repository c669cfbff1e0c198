// Carries a click on a card's button to the server: which step, and nothing of its text. And what somebody opened
// stays open when the next frame replaces the cards.
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-dispute]');
  if (!button) return;
  button.disabled = true;
  trigger('dispute', {step: Number(button.dataset.dispute)});
});
const open = new Set();
const all = () => [...element.querySelectorAll('.wb-card details')];
const place = (details) => {
  const card = details.closest('.wb-card');
  return card.dataset.step + '/' + [...card.querySelectorAll('details')].indexOf(details);
};
element.addEventListener('toggle', (event) => {
  if (!event.target.closest('.wb-card')) return;
  open[event.target.open ? 'add' : 'delete'](place(event.target));
}, true);
new MutationObserver(() => {
  if (!all().length) open.clear();
  all().forEach((details) => { if (open.has(place(details))) details.open = true; });
}).observe(element, {childList: true, subtree: true});
