"""The keyboard of the Label tab: a small script in the page itself."""

from __future__ import annotations

BUTTONS = {
    "1": "label-correct",
    "2": "label-incorrect",
    "3": "label-cant-tell",
    "s": "label-skip",
    "u": "label-undo",
}

_TABLE = ", ".join(f"'{key}': '{button}'" for key, button in BUTTONS.items())

LISTEN = (
    """
if (!window.workbenchLabelKeys) {
  window.workbenchLabelKeys = true;
  const buttons = {"""
    + _TABLE
    + """};
  const sheet = () => document.getElementById('label-sheet');
  const shown = (id) => {
    const found = document.getElementById(id);
    return found && found.offsetParent !== null && !found.disabled ? found : null;
  };
  document.addEventListener('keydown', (event) => {
    const fields = 'textarea, select, [contenteditable="true"], input:not([type=radio]):not([type=checkbox])';
    const typing = event.target.closest && event.target.closest(fields);
    if (typing) {
      if (event.key === 'Escape' && shown('label-correct')) event.target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !shown('label-correct')) return;
    if (event.key === '?') {
      event.preventDefault();
      sheet().hidden = !sheet().hidden;
    } else if (event.key === 'Escape') {
      sheet().hidden = true;
    } else if (Object.hasOwn(buttons, event.key)) {
      const button = shown(buttons[event.key]);
      if (button) {
        event.preventDefault();
        button.click();
      }
    }
  });
}
"""
)
"""Keys press the buttons, so that both do the same. Not while typing, and only while the tab is seen."""

TOGGLE_SHEET = "() => { const sheet = document.getElementById('label-sheet'); sheet.hidden = !sheet.hidden; }"

SHOWN_ITEM = "(_, ...rest) => [document.querySelector('#label-task [data-item]')?.dataset.item ?? '', ...rest]"
"""Sends the id of the item that the person sees: a key pressed twice never marks the item behind it."""

_KEPT = "'workbench-annotator'"
KEEP_NAME = f"(name, ...rest) => {{ localStorage.setItem({_KEPT}, name ?? ''); return [name, ...rest]; }}"
FORGET_NAME = f"(name) => {{ localStorage.removeItem({_KEPT}); return [name]; }}"
KEPT_NAME = f"(_, ...rest) => [localStorage.getItem({_KEPT}) ?? '', ...rest]"
"""The name lies in the browser's own store, read at the opening of the page. A `gr.BrowserState` in a tab that is
not open yet has not read its value by then."""

SHOWN_SETTLE = SHOWN_ITEM.replace("#label-task", "#label-settle")
