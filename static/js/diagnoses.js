// Diagnoses found while they are typed: a combobox after the WAI-ARIA pattern. Without this file both fields are plain,
// and the link beside them leads to the page with the same search. A [data-row] within [data-diagnoses] has two fields:
// [data-diagnosis=code] and [data-diagnosis=text].
(() => {
  'use strict';
  const list = document.querySelector('[data-diagnoses]');
  const form = list?.closest('form');
  if (!form) return;
  const PAUSE = 120;
  const status = document.getElementById('dx-status');
  const options = document.createElement('ul');
  options.id = 'dx-options';
  options.className = 'dx-options';
  options.setAttribute('role', 'listbox');
  options.setAttribute('aria-label', 'Diagnosis codes');
  options.hidden = true;
  // The field that is being typed in, while its options are shown or awaited.
  let field = null;
  let active = -1;
  let timer = 0;
  let asked = 0;
  let picking = false;

  const prepare = (scope) => {
    for (const input of scope.querySelectorAll('[data-diagnosis]')) {
      input.setAttribute('role', 'combobox');
      input.setAttribute('aria-autocomplete', 'list');
      input.setAttribute('aria-expanded', 'false');
      input.setAttribute('aria-controls', options.id);
      input.setAttribute('aria-haspopup', 'listbox');
    }
  };
  const isOpen = () => !options.hidden;
  const close = () => {
    clearTimeout(timer);
    asked += 1;
    options.hidden = true;
    options.replaceChildren();
    field?.setAttribute('aria-expanded', 'false');
    field?.removeAttribute('aria-activedescendant');
    field = null;
    active = -1;
    status.textContent = '';
  };
  const mark = (at) => {
    options.children[active]?.setAttribute('aria-selected', 'false');
    active = at;
    const option = options.children[at];
    if (!option) { field.removeAttribute('aria-activedescendant'); return; }
    option.setAttribute('aria-selected', 'true');
    field.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  };
  const show = (input, html) => {
    const found = new DOMParser().parseFromString(html, 'text/html').querySelector('[data-total]');
    const total = Number(found?.dataset.total ?? 0);
    options.replaceChildren(...(found?.children ?? []));
    active = -1;
    input.removeAttribute('aria-activedescendant');
    options.hidden = total === 0;
    input.setAttribute('aria-expanded', String(total > 0));
    if (total === 0) { status.textContent = 'No code found. It can stay in words.'; return; }
    input.closest('[data-row]').append(options);
    options.scrollTop = 0;
    status.textContent = total > options.children.length ? `The best ${options.children.length} of ${total} codes. Arrow keys choose.` : `${total} ${total === 1 ? 'code' : 'codes'}. Arrow keys choose.`;
  };
  const search = async (input) => {
    const query = input.value.trim();
    const number = asked += 1;
    if (query.length < 2) { if (isOpen()) close(); return; }
    field = input;
    let html;
    try {
      const reply = await fetch(`/diagnosis-codes/options?q=${encodeURIComponent(query)}`, { headers: { 'HX-Request': 'true' }, redirect: 'error' });
      if (!reply.ok) return;
      html = await reply.text();
    } catch { return; }
    // An answer that was overtaken, or whose field has been left, is too late.
    if (number === asked && document.activeElement === input) show(input, html);
  };
  const pick = (option) => {
    const row = field.closest('[data-row]');
    const text = row.querySelector('[data-diagnosis=text]');
    const { code, text: words } = option.dataset;
    close();
    row.querySelector('[data-diagnosis=code]').value = code;
    text.value = words;
    text.focus();
    status.textContent = `${code} ${words}`;
    picking = true;
    text.dispatchEvent(new Event('input', { bubbles: true }));
    picking = false;
  };

  prepare(list);
  new MutationObserver(() => prepare(list)).observe(list, { childList: true });
  list.addEventListener('input', (event) => {
    if (picking || !event.target.matches('[data-diagnosis]')) return;
    clearTimeout(timer);
    const input = event.target;
    timer = setTimeout(() => search(input), PAUSE);
  });
  // Before the form's own keys: Enter there goes to the next field.
  form.addEventListener('keydown', (event) => {
    const input = event.target;
    if (!input.matches('[data-diagnosis]') || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && isOpen()) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === 'Enter' && isOpen() && active >= 0) {
      event.preventDefault();
      event.stopPropagation();
      pick(options.children[active]);
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!isOpen()) { search(input); return; }
      const last = options.children.length - 1;
      if (event.key === 'ArrowDown') mark(active >= last ? 0 : active + 1);
      else mark(active <= 0 ? last : active - 1);
    }
  }, true);
  // The press, not the click: by then the field would have lost the focus and closed the list.
  options.addEventListener('mousedown', (event) => {
    event.preventDefault();
    const option = event.target.closest('[role=option]');
    if (option && event.button === 0) pick(option);
  });
  list.addEventListener('focusout', (event) => { if (event.target === field) close(); });
})();
