// In the page's head: what events of the app run in the browser, and the keyboard of the Label tab.
(() => {
  const NAME = 'workbench-annotator';
  const byId = (id) => document.getElementById(id);
  // The id of the item that the person sees: a key pressed twice never marks the item behind it.
  const itemIn = (place) => document.querySelector(`${place} [data-item]`)?.dataset.item ?? '';
  window.workbench = {
    shownItem: (_, ...rest) => [itemIn('#label-task'), ...rest],
    shownDisagreement: (_, ...rest) => [itemIn('#label-settle'), ...rest],
    toggleSheet: () => { byId('label-sheet').hidden = !byId('label-sheet').hidden; },
    // The name lies in the browser's own store. A gr.BrowserState in a tab that is not open yet has not read it.
    keepName: (name, ...rest) => { localStorage.setItem(NAME, name ?? ''); return [name, ...rest]; },
    keptName: (_, ...rest) => [localStorage.getItem(NAME) ?? '', ...rest],
    forgetName: (name) => { localStorage.removeItem(NAME); return [name]; },
    copy: (text) => text,
    // A known answer goes when the problem that it belongs to is changed.
    answerOf: (text, belongs, answer) => text === belongs ? answer : '',
  };

  // Keys press the buttons, so that both do the same. Not while typing, and only while the tab is seen.
  const BUTTONS = {1: 'label-correct', 2: 'label-incorrect', 3: 'label-cant-tell', s: 'label-skip', u: 'label-undo'};
  const FIELDS = 'textarea, select, [contenteditable="true"], input:not([type=radio]):not([type=checkbox])';
  const seen = (id) => {
    const found = byId(id);
    return found && found.offsetParent !== null && !found.disabled ? found : null;
  };
  document.addEventListener('keydown', (event) => {
    const labelling = seen('label-correct');
    if (event.target.closest && event.target.closest(FIELDS)) {
      if (event.key === 'Escape' && labelling) event.target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !labelling) return;
    const button = Object.hasOwn(BUTTONS, event.key) && seen(BUTTONS[event.key]);
    if (event.key === 'Escape') {
      byId('label-sheet').hidden = true;
    } else if (event.key === '?' || button) {
      event.preventDefault();
      button ? button.click() : window.workbench.toggleSheet();
    }
  });
})();
