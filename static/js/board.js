// The day board, live: asks for the day's part while somebody looks, sends steps without leaving the page, and finds
// within the day. Focus, open menus, what is typed and how far the board is scrolled stay as they are.
(() => {
  'use strict';
  const EVERY = 15000;
  const steps = document.getElementById('steps');
  const search = document.querySelector('[data-board-search]');
  const said = document.querySelector('[data-board-said]');
  const day = () => document.getElementById('day');
  const say = (text, kind) => document.dispatchEvent(new CustomEvent('infirmary:say', { detail: { text, kind } }));
  const token = document.querySelector('meta[name="form-token"]').content;
  let asking = null;

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const visit of document.querySelectorAll('[data-words]')) {
      visit.hidden = !words.every((word) => visit.dataset.words.includes(word));
      if (!visit.hidden) found += 1;
    }
    for (const column of document.querySelectorAll('.board-column')) {
      column.querySelector('.board-count').textContent = column.querySelectorAll('.visit:not([hidden])').length;
    }
    document.querySelector('[data-board-nothing]').hidden = words.length === 0 || found > 0;
    return found;
  };
  search.addEventListener('input', () => { said.textContent = `${filter()} found`; });
  if (search.value) filter();

  // Puts the new part in the place of the old one. `false` when the answer holds none: then it is another page.
  const show = (html) => {
    const fresh = new DOMParser().parseFromString(html, 'text/html').getElementById('day');
    if (!fresh) return false;
    const old = day();
    const focused = old.contains(document.activeElement) ? document.activeElement.id : '';
    const open = [...old.querySelectorAll('details[open]')].map((menu) => menu.id);
    const left = old.querySelector('.board, .table-wrap')?.scrollLeft ?? 0;
    const message = fresh.querySelector('[data-flash]');
    if (message) { say(message.textContent, message.dataset.flash); message.remove(); }
    old.replaceWith(document.adoptNode(fresh));
    for (const id of open) { const menu = document.getElementById(id); if (menu) menu.open = true; }
    const board = fresh.querySelector('.board, .table-wrap');
    if (board) board.scrollLeft = left;
    if (focused) {
      // The button of a step that is done is gone; the same patient's name is the nearest place.
      const next = document.getElementById(focused) ?? document.getElementById(focused.replace(/^\D+/, 'p'));
      next?.focus({ preventScroll: true });
    }
    if (search.value) filter();
    return true;
  };

  const refresh = async () => {
    if (asking || document.hidden) return;
    asking = new AbortController();
    try {
      const answer = await fetch(day().dataset.refresh, { headers: { 'HX-Request': 'true', 'X-Background': '1' }, signal: asking.signal });
      if (answer.status === 401 || (answer.status === 200 && !show(await answer.text()))) location.reload();
    } catch {
      // The network may be back at the next turn. What is shown stays.
    } finally { asking = null; }
  };
  setInterval(refresh, EVERY);
  document.addEventListener('visibilitychange', refresh);

  steps.addEventListener('submit', async (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !button) return;
    event.preventDefault();
    if (button.classList.contains('busy')) return;
    asking?.abort();
    button.classList.add('busy');
    button.closest('details')?.removeAttribute('open');
    try {
      const answer = await fetch(button.formAction, {
        method: 'POST',
        body: new URLSearchParams(new FormData(steps, button)),
        headers: { 'HX-Request': 'true', 'X-Form-Token': token },
      });
      const html = await answer.text();
      if (answer.ok && show(html)) return;
      if (answer.ok || answer.status === 401) { location.reload(); return; }
      const page = new DOMParser().parseFromString(html, 'text/html');
      const why = page.querySelector('.error-message, .note-title')?.textContent.trim();
      say(why || 'That did not work. Please try again.', 'danger');
      button.classList.remove('busy');
      refresh();
    } catch {
      button.classList.remove('busy');
      say('The server cannot be reached. Check the connection and try again.', 'danger');
    }
  });
})();
