// The consultation: saved a second after the last key, in order, and never lost. Without this file the page has a button.
(() => {
  'use strict';
  const form = document.querySelector('form[data-consultation]');
  if (!form) return;
  const PAUSE = 1000;
  const RETRY = 5000;
  // Browsers send at most this much while a page is being closed.
  const KEEPALIVE_LIMIT = 60000;
  let timer = 0;
  let running = null;
  let dirty = false;
  let stopped = false;

  const tell = (text, kind) => {
    const mark = document.getElementById('saved');
    if (!mark) return;
    mark.classList.toggle('late', kind === 'late');
    mark.replaceChildren(text);
  };
  // The answer holds the elements that changed; each takes the place of the one with its id.
  const put = (html) => {
    const answer = new DOMParser().parseFromString(html, 'text/html');
    let found = false;
    for (const element of [...answer.body.children]) {
      const old = element.id && !element.matches('[data-row-mark]') && document.getElementById(element.id);
      if (!old) continue;
      found = true;
      if (old.outerHTML !== element.outerHTML) old.replaceWith(document.adoptNode(element));
    }
    // Rows come and go, so what is said about them finds them by their order.
    const said = answer.querySelectorAll('[data-row-mark]');
    form.querySelectorAll('[data-row] [data-row-mark]').forEach((old, at) => {
      if (!said[at] || old.innerHTML === said[at].innerHTML) return;
      old.replaceChildren(...said[at].childNodes);
    });
    for (const mark of form.querySelectorAll('[id^="mark-"]')) {
      const field = document.getElementById(`f-${mark.id.slice(5)}`);
      if (mark.querySelector('.field-error')) field?.setAttribute('aria-invalid', 'true');
      else field?.removeAttribute('aria-invalid');
    }
    return found;
  };
  const later = (pause) => { clearTimeout(timer); timer = setTimeout(save, pause); };

  const send = async (keepalive) => {
    dirty = false;
    const body = new URLSearchParams(new FormData(form));
    let reply;
    try {
      reply = await fetch(form.action, { method: 'POST', body, headers: { 'HX-Request': 'true' }, redirect: 'manual', keepalive });
    } catch {
      dirty = true;
      tell('Not saved: the server cannot be reached. Trying again …', 'late');
      later(RETRY);
      return;
    }
    const html = await reply.text().catch(() => '');
    if (reply.ok && put(html)) {
      if (!dirty) form.dispatchEvent(new Event('infirmary:saved', { bubbles: true }));
      return;
    }
    dirty = true;
    if (reply.status === 409 && html.includes('data-conflict') && put(html)) {
      stopped = true;
      tell('Not saved: changed in another window.', 'late');
      const conflict = document.getElementById('conflict');
      conflict?.scrollIntoView({ block: 'start' });
      conflict?.focus({ preventScroll: true });
    } else if (reply.status === 401 || reply.status === 409 || reply.type === 'opaqueredirect') {
      stopped = true;
      const button = document.createElement('button');
      button.type = 'submit';
      button.className = 'btn btn-sm btn-primary';
      button.textContent = 'Sign in again and go on';
      tell('Not saved: you are signed out. ', 'late');
      document.getElementById('saved')?.append(button);
    } else {
      tell('Not saved: the server did not take it. Trying again …', 'late');
      later(RETRY);
    }
  };
  const save = async () => {
    clearTimeout(timer);
    if (stopped || !dirty) return;
    if (running) { await running; later(PAUSE); return; }
    tell('Saving …');
    running = send(false);
    await running;
    running = null;
  };

  form.addEventListener('input', () => {
    dirty = true;
    later(PAUSE);
  });
  // A page that is hidden may never come back.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'hidden' || stopped || !dirty || running) return;
    clearTimeout(timer);
    const size = new URLSearchParams(new FormData(form)).toString().length;
    running = send(size < KEEPALIVE_LIMIT).finally(() => { running = null; });
  });
  // A button pressed while a saving is under way waits for it, or it would meet its own older self.
  addEventListener('submit', (event) => {
    if (event.target !== form) return;
    clearTimeout(timer);
    if (!running) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    running.finally(() => { running = null; if (!stopped || submitter?.closest('#saved')) form.requestSubmit(submitter?.isConnected ? submitter : undefined); });
  }, true);
  document.addEventListener('click', (event) => {
    const keep = event.target.closest?.('[data-keep-mine]');
    if (keep) {
      document.getElementById('version').value = keep.dataset.keepMine;
      stopped = false;
      dirty = true;
      save();
    }
    if (event.target.closest?.('[data-take-theirs]')) form.dataset.clean = '1';
  });

  // Keys: Enter goes to the next field of a row; Alt and a letter to a section.
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.isComposing || !event.target.matches('input:not([type=checkbox], [type=radio])')) return;
    event.preventDefault();
    const fields = [...form.querySelectorAll('input:not([type=hidden], [type=radio], [type=checkbox]), textarea')];
    fields[fields.indexOf(event.target) + 1]?.focus();
  });
  document.addEventListener('keydown', (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !event.code.startsWith('Key')) return;
    const section = form.querySelector(`[data-section="${event.code.slice(3).toLowerCase()}"]`);
    if (!section) return;
    event.preventDefault();
    if (section.matches('button')) { section.click(); return; }
    section.querySelector('textarea, input:not([type=hidden])')?.focus();
    section.scrollIntoView({ block: 'nearest' });
  });
})();
