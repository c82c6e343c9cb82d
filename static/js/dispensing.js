// Handing out by keyboard: Enter goes from quantity to quantity and then to the button that hands out; another medicine
// brings its batches. Without this, Enter looks again and the buttons beside the fields do the rest.
(() => {
  'use strict';
  const form = document.querySelector('[data-dispensing]');
  if (!form) return;
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.isComposing) return;
    if (event.target.name !== 'quantity') return;
    event.preventDefault();
    const seen = [...form.querySelectorAll('[name=quantity]')].filter((field) => field.offsetParent);
    const next = seen[seen.indexOf(event.target) + 1] ?? form.querySelector('[data-complete]');
    next.focus();
    if (next.select) next.select();
  });
  form.addEventListener('change', (event) => {
    const { batches } = event.target.dataset;
    if (!batches || !event.target.value) return;
    form.requestSubmit(form.querySelector(`button[name=then][value="${CSS.escape(batches)}"]`));
  });
})();
