// What every page gets on top of plain HTML. Nothing here is needed for a page to work: each part makes something
// quicker that works without it. Behaviour is asked for by data attributes, so that pages need no script of their own.
(() => {
  'use strict';
  const root = document.documentElement;
  const token = document.querySelector('meta[name="form-token"]')?.content ?? '';
  const on = (type, selector, handle) => document.addEventListener(type, (event) => {
    const target = event.target instanceof Element ? event.target.closest(selector) : null;
    if (target) handle(event, target);
  });
  const typing = (element) => element instanceof HTMLElement
    && (element.isContentEditable || element.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=reset])'));
  const say = (text, kind = 'info') => {
    const box = document.getElementById('toasts');
    if (!box) return;
    const note = document.createElement('div');
    note.className = `note note-${kind}`;
    const words = document.createElement('p');
    words.className = 'note-body';
    words.textContent = text;
    const close = document.createElement('button');
    close.type = 'button';
    close.className = 'note-close';
    close.dataset.dismiss = '';
    close.setAttribute('aria-label', 'Close this message');
    close.textContent = '×';
    note.append(words, close);
    box.replaceChildren(note);
  };
  // For the scripts of single pages: detail is { text, kind }.
  document.addEventListener('infirmary:say', (event) => say(event.detail.text, event.detail.kind));

  // htmx: every request carries the form token; a failure is said instead of leaving a dead button.
  document.addEventListener('htmx:configRequest', (event) => { event.detail.headers['X-Form-Token'] = token; });
  document.addEventListener('htmx:responseError', (event) => {
    const status = event.detail.xhr.status;
    say(status === 401 ? 'You are signed out. Load the page again to sign in.'
      : status === 403 ? 'You may not do this.'
      : status === 429 ? 'That was too often. Wait a moment and try again.'
      : 'That did not work. Please try again.', 'danger');
  });
  document.addEventListener('htmx:sendError', () => say('The server cannot be reached. Check the connection and try again.', 'danger'));

  // Theme: applied at once, and remembered by the same form that works without a script.
  on('submit', '[data-theme-form]', async (event, form) => {
    event.preventDefault();
    const data = new URLSearchParams(new FormData(form, event.submitter));
    root.dataset.themeChoice = data.get('theme');
    dispatchEvent(new Event('infirmary:theme'));
    for (const button of form.querySelectorAll('[name=theme]')) button.setAttribute('aria-pressed', String(button.value === data.get('theme')));
    try {
      await fetch(form.action, { method: 'POST', body: data, headers: { 'X-Form-Token': token }, redirect: 'manual' });
    } catch { say('Your choice of appearance could not be kept.', 'warning'); }
  });

  // Menus are <details>: close the others, and on a click outside or Escape.
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll('details[data-menu][open]')) if (menu !== except) menu.open = false;
  };
  document.addEventListener('click', (event) => closeMenus(event.target.closest?.('details[data-menu]')));

  // Asking first. The question is one dialog of the page; the answer lets the same click through once.
  let allowed = null;
  const ask = (source, proceed) => {
    const dialog = document.getElementById('confirm');
    const text = source.dataset.confirm;
    if (!dialog?.showModal) { if (confirm(text)) proceed(); return; }
    const yes = dialog.querySelector('[data-confirm-yes]');
    dialog.querySelector('h2').textContent = source.dataset.confirmTitle || 'Are you sure?';
    dialog.querySelector('p').textContent = text;
    yes.textContent = source.dataset.confirmLabel || 'Yes, go on';
    dialog.returnValue = '';
    dialog.addEventListener('close', () => { if (dialog.returnValue === 'yes') proceed(); }, { once: true });
    dialog.showModal();
    dialog.querySelector('[value=no]').focus();
  };
  document.addEventListener('submit', (event) => {
    const form = event.target;
    const source = event.submitter?.matches('[data-confirm]') ? event.submitter : form.matches('[data-confirm]') ? form : null;
    if (!source || allowed === form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    ask(source, () => { allowed = form; form.requestSubmit(submitter); allowed = null; });
  }, true);
  document.addEventListener('htmx:confirm', (event) => {
    const source = event.detail.elt.closest('[data-confirm]');
    // A form's question was asked at its submit already.
    if (!source || source.matches('form') || event.detail.triggeringEvent?.type === 'submit') return;
    event.preventDefault();
    ask(source, () => event.detail.issueRequest(true));
  });

  // Sent once: a second click finds the button busy. A page that the browser brings back is fresh again.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === 'dialog' || form.method === 'get' || form.target === '_blank' || form.matches('[data-resend]')) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = '1';
    form.dataset.clean = '1';
    // After the browser has collected the form, or the pressed button's own name and value would be missing.
    setTimeout(() => { for (const button of form.querySelectorAll('[type=submit], button:not([type])')) { button.setAttribute('aria-disabled', 'true'); button.classList.add('busy'); } });
  });
  const fresh = (scope) => {
    for (const form of scope.querySelectorAll('form[data-sent]')) { delete form.dataset.sent; delete form.dataset.clean; }
    for (const button of scope.querySelectorAll('.busy')) { button.classList.remove('busy'); button.removeAttribute('aria-disabled'); }
  };
  addEventListener('pageshow', () => fresh(document));
  document.addEventListener('htmx:afterRequest', () => fresh(document));

  // Unsaved words: [data-guard] forms warn before the page is left.
  const state = (form) => new URLSearchParams([...new FormData(form)].map(([k, v]) => [k, v instanceof File ? v.name : v])).toString();
  const before = new WeakMap();
  const remember = () => { for (const form of document.querySelectorAll('form[data-guard]')) if (!before.has(form)) before.set(form, state(form)); };
  remember();
  document.addEventListener('infirmary:saved', (event) => before.set(event.target, state(event.target)));
  addEventListener('beforeunload', (event) => {
    for (const form of document.querySelectorAll('form[data-guard]')) {
      if (!form.dataset.clean && before.has(form) && before.get(form) !== state(form)) { event.preventDefault(); return; }
    }
  });

  // A row of tabs that is wider than the screen shows the one that is open.
  for (const tab of document.querySelectorAll('.tab-bar [aria-current]')) {
    const bar = tab.closest('.tab-bar');
    bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
  }

  on('change', '[data-autosubmit]', (event, field) => field.form?.requestSubmit());
  on('click', '[data-print]', () => print());
  on('click', '[data-dismiss]', (event, button) => button.closest('.note')?.remove());
  on('click', '[data-back]', (event) => { if (history.length > 1) { event.preventDefault(); history.back(); } });
  on('click', '[data-shortcuts]', () => { closeMenus(); document.getElementById('shortcuts')?.showModal(); });
  on('click', 'dialog', (event, dialog) => { if (event.target === dialog) dialog.close(); });
  on('click', '[data-copy]', async (event, button) => {
    try { await navigator.clipboard.writeText(button.dataset.copy); say('Copied.'); } catch { say('The browser did not allow copying.', 'warning'); }
  });
  on('click', '[data-toggle-password]', (event, button) => {
    const field = document.getElementById(button.dataset.togglePassword);
    const show = field.type === 'password';
    field.type = show ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(show));
    field.focus();
  });
  // A shown password goes out as a password field, or the browser would offer it as ordinary text next time.
  document.addEventListener('submit', (event) => {
    for (const button of event.target.querySelectorAll('[data-toggle-password][aria-pressed=true]')) document.getElementById(button.dataset.togglePassword).type = 'password';
  });

  // Rows that repeat: the button names a <template>, whose copy goes to the end of the list named by data-rows.
  on('click', '[data-add-row]', (event, button) => {
    // Without a script the button sends the form, and the page comes back with one more row.
    event.preventDefault();
    const template = document.getElementById(button.dataset.addRow);
    const list = document.querySelector(`[data-rows="${CSS.escape(button.dataset.addRow)}"]`);
    const row = template.content.firstElementChild.cloneNode(true);
    // Ids must stay unique, and labels must follow them.
    const suffix = `-r${Date.now().toString(36)}${list.children.length}`;
    const own = new Set([...row.querySelectorAll('[id]')].map((element) => element.id));
    const renamed = (id) => (own.has(id) ? id + suffix : id);
    for (const element of row.querySelectorAll('[id]')) element.id += suffix;
    for (const element of row.querySelectorAll('[for]')) element.htmlFor = renamed(element.htmlFor);
    for (const name of ['list', 'aria-describedby', 'aria-labelledby']) for (const element of row.querySelectorAll(`[${name}]`)) element.setAttribute(name, element.getAttribute(name).split(' ').map(renamed).join(' '));
    list.append(row);
    window.htmx?.process(row);
    row.querySelector('input:not([type=hidden]), select, textarea')?.focus();
    row.dispatchEvent(new Event('input', { bubbles: true }));
  });
  on('click', '[data-remove-row]', (event, button) => {
    const row = button.closest('[data-row]');
    const list = row.parentElement;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector('input:not([type=hidden]), select, textarea') ?? document.querySelector(`[data-add-row="${CSS.escape(list.dataset.rows ?? '')}"]`))?.focus();
    list.dispatchEvent(new Event('input', { bubbles: true }));
  });

  // How long somebody has waited, kept right without asking the server. data-late-after is in minutes.
  const since = () => {
    for (const element of document.querySelectorAll('[data-since]')) {
      const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(element.dataset.since)) / 60000));
      if (Number.isNaN(minutes)) continue;
      const text = minutes < 60 ? `${minutes} min` : minutes < 1440 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 1440)} d`;
      if (element.textContent !== text) element.textContent = text;
      if (element.dataset.lateAfter) element.classList.toggle('late', minutes >= Number(element.dataset.lateAfter));
    }
  };
  since();
  setInterval(since, 20000);

  // Errors first: a form that came back takes the reader to what is wrong.
  const focusErrors = (scope) => scope.querySelector('[data-focus]')?.focus();
  focusErrors(document);
  // A page that is there for one field begins in it.
  if (!document.querySelector('[data-focus]')) document.querySelector('[data-focus-first] input:not([type=hidden])')?.focus();
  document.addEventListener('htmx:load', (event) => { remember(); since(); focusErrors(event.detail.elt.parentElement ?? document); });

  // Keys. Letters act only while nobody types; g waits a second and a half for its letter.
  let going = 0;
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const chord = event.ctrlKey || event.metaKey;
    const search = document.querySelector('[data-global-search]') ?? document.querySelector('input[type=search]');
    if (event.key === 'Escape') {
      const open = document.querySelector('details[data-menu][open]');
      if (open) { open.open = false; open.querySelector('summary').focus(); }
      return;
    }
    if (document.querySelector('dialog[open]')) return;
    if (chord && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k' && search) { event.preventDefault(); search.focus(); search.select(); return; }
    if (chord && event.key === 'Enter') {
      // Outside of any form, the page's own main button is meant.
      const form = event.target.closest?.('form') ?? document.querySelector('main [data-default]')?.form;
      if (form) { event.preventDefault(); form.requestSubmit(form.querySelector('[data-default]') ?? undefined); }
      return;
    }
    if (chord || event.altKey || typing(event.target)) return;
    if (going && Date.now() - going < 1500) {
      going = 0;
      const link = document.querySelector(`[data-go-key="${CSS.escape(event.key.toLowerCase())}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    going = 0;
    if (event.key === '/' && search) { event.preventDefault(); search.focus(); search.select(); }
    else if (event.key === '?') { event.preventDefault(); document.getElementById('shortcuts')?.showModal(); }
    else if (event.key === 'g') going = Date.now();
    else if (event.key === 'n' && !event.shiftKey) {
      const link = document.querySelector('[data-key-new]');
      if (link) { event.preventDefault(); link.click(); }
    }
  });
})();
