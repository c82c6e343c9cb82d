// Draws the calendar from /calendar/events and lets an appointment be dragged to another free time, which sends what
// the form of moving sends. All times are the hospital's wall clock: the browser's own zone never matters.
(() => {
  'use strict';
  const place = document.getElementById('calendar');
  if (!place || !window.EventCalendar) return;
  const say = (text, kind) => document.dispatchEvent(new CustomEvent('infirmary:say', { detail: { text, kind } }));
  const token = document.querySelector('meta[name="form-token"]').content;
  const two = (number) => String(number).padStart(2, '0');
  const wall = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}:00`;
  const isWeek = place.dataset.view === 'timeGridWeek';
  let slots = [];
  let calendar = null;

  const load = async () => {
    const answer = await fetch(place.dataset.source);
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const drawn = await answer.json();
    slots = drawn.slots;
    return drawn;
  };

  // Where it was dropped counts as the free time that holds the spot.
  const slotAt = (date, resource) => {
    const spot = wall(date);
    return slots.find((slot) => slot.resource === resource && slot.start <= spot && spot < slot.end);
  };

  const move = async (info) => {
    const resource = info.newResource?.id ?? info.event.resourceIds[0];
    const slot = slotAt(info.event.start, resource);
    if (!slot) { info.revert(); say('There is no consultation at this time. Drop it on one of the doctor’s hours to come.', 'warning'); return; }
    const { href, version } = info.event.extendedProps;
    try {
      const answer = await fetch(`${href}/reschedule`, {
        method: 'POST',
        body: new URLSearchParams({ version, doctor: resource, starts_at: slot.key, next: location.pathname + location.search }),
        headers: { 'X-Form-Token': token },
      });
      if (answer.ok) {
        say('The appointment was moved.', 'success');
        const page = await answer.text();
        const fresh = new DOMParser().parseFromString(page, 'text/html').querySelector('.calendar-table');
        if (fresh) { const table = document.querySelector('.calendar-table'); fresh.open = table.open; table.replaceWith(document.adoptNode(fresh)); }
        await draw();
        return;
      }
      info.revert();
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const why = page.querySelector('.error-summary li, .field-error, .error-message, .note-title')?.textContent.trim();
      say(why || 'It could not be moved. Please try again.', 'danger');
      if (answer.status === 409) await draw();
    } catch {
      info.revert();
      say('The server cannot be reached. Check the connection and try again.', 'danger');
    }
  };

  // Time and name in one line, the state below: a short visit has no room for more than the first.
  const content = ({ event }) => {
    const box = document.createElement('div');
    box.className = 'calendar-event';
    const who = document.createElement('p');
    who.textContent = `${two(event.start.getHours())}:${two(event.start.getMinutes())} ${event.extendedProps.patient}`;
    const state = document.createElement('small');
    state.textContent = event.extendedProps.status;
    box.append(who, state);
    return { domNodes: [box] };
  };

  // The drawing calls itself a table and is none: buttons stand between its rows. The table below is the real one.
  const plain = () => {
    for (const part of place.querySelectorAll('[role]:not([role=button])')) part.removeAttribute('role');
    for (const name of ['aria-colindex', 'aria-colcount', 'aria-rowindex', 'aria-rowcount']) for (const part of place.querySelectorAll(`[${name}]`)) part.removeAttribute(name);
  };

  const draw = async () => {
    const drawn = await load();
    if (calendar) { calendar.setOption('resources', drawn.resources); calendar.setOption('events', drawn.events); return; }
    place.hidden = false;
    calendar = window.EventCalendar.create(place, {
      view: place.dataset.view,
      date: place.dataset.date,
      timeZone: place.dataset.zone,
      firstDay: 1,
      locale: 'en-GB',
      headerToolbar: { start: '', center: '', end: '' },
      allDaySlot: false,
      nowIndicator: false,
      slotMinTime: drawn.slotMinTime,
      slotMaxTime: drawn.slotMaxTime,
      slotDuration: '00:30:00',
      snapDuration: '00:05:00',
      // High enough for the shortest visit to be read and hit.
      slotHeight: Math.max(40, Math.ceil((26 * 30) / drawn.shortestMinutes)),
      // Side by side while they fit, else as wide as a name needs, and the calendar scrolls.
      columnWidth: isWeek || drawn.resources.length * 176 <= place.clientWidth - 60 ? undefined : '11rem',
      slotEventOverlap: false,
      eventDurationEditable: false,
      eventStartEditable: true,
      resources: isWeek ? [] : drawn.resources,
      events: drawn.events,
      eventClick: ({ event }) => { if (event.extendedProps.href) location.assign(event.extendedProps.href); },
      eventDrop: move,
      eventContent: (info) => (info.event.display === 'background' ? '' : content(info)),
      eventDidMount: ({ el, event }) => { if (event.title) el.title = event.title; },
      viewDidMount: plain,
      eventAllUpdated: plain,
    });
    document.querySelector('.calendar-table').open = false;
  };
  // Without its drawing the table stays open: the page is whole without it.
  draw().catch(() => say('The calendar could not be drawn. The table below holds the same.', 'warning'));
})();
