// The whiteboard of a prescription. Its truth is the form's field: strokes on a field of fixed size, as the server
// draws them; the canvas only shows it. The pad gives the lines that are drawn, by pen, finger or mouse.
(() => {
  'use strict';
  const root = document.querySelector('[data-whiteboard]');
  const field = document.getElementById('f-whiteboard');
  if (!root || !field || !window.SignaturePad) return;
  const canvas = root.querySelector('canvas');
  const told = root.querySelector('[data-told]');
  const [wide, high] = [Number(canvas.dataset.width), Number(canvas.dataset.height)];
  // The server's own limits, a little below them.
  const MOST_BYTES = 190000;
  const MOST_STROKES = 490;
  const MOST_POINTS = 19500;
  // Points closer than this, in units of the drawing, add nothing that can be seen.
  const STEP = 3;

  const read = () => {
    try {
      const stored = JSON.parse(field.value || '{}');
      return { background: stored.background || 'blank', strokes: stored.strokes || [] };
    } catch { return { background: 'blank', strokes: [] }; }
  };
  let drawing = read();
  const pad = new SignaturePad(canvas, { minDistance: 2, throttle: 8 });
  let ink = 'black';
  let width = 3;

  const scale = () => canvas.offsetWidth / wide;
  const color = (name) => root.querySelector(`[data-ink="${name}"]`)?.dataset.color || '#000';
  const hold = () => Object.assign(pad, { penColor: color(ink), minWidth: width * scale() / 2, maxWidth: width * scale() / 2, dotSize: width * scale() / 2 });
  const group = (stroke) => {
    const half = stroke.width * scale() / 2;
    const points = [];
    for (let at = 0; at < stroke.points.length; at += 2) points.push({ x: stroke.points[at] * scale(), y: stroke.points[at + 1] * scale(), pressure: 0.5, time: at * 8 });
    return { penColor: color(stroke.ink), minWidth: half, maxWidth: half, dotSize: half, velocityFilterWeight: 0.7, compositeOperation: 'source-over', points };
  };
  const press = (name, value) => { for (const button of root.querySelectorAll(`[data-${name}]`)) if (button.matches('button')) button.setAttribute('aria-pressed', String(button.dataset[name] === String(value))); };
  const show = () => {
    if (!canvas.offsetWidth) return;
    const ratio = Math.max(devicePixelRatio || 1, 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext('2d').scale(ratio, ratio);
    pad.clear();
    pad.fromData(drawing.strokes.map(group));
    hold();
    for (const outline of root.querySelectorAll('[data-outline]')) outline.toggleAttribute('hidden', outline.dataset.outline !== drawing.background);
    press('background', drawing.background);
    press('ink', ink);
    press('width', width);
    root.querySelector('[data-undo]').disabled = root.querySelector('[data-clear]').disabled = !drawing.strokes.length;
  };
  const keep = () => {
    field.value = drawing.strokes.length ? JSON.stringify(drawing) : '';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const say = (text) => { told.textContent = text; };

  pad.addEventListener('endStroke', () => {
    const drawn = pad.toData().at(-1);
    if (!drawn?.points.length) return;
    const clamp = (value, most) => Math.min(Math.max(Math.round(value / scale()), 0), most);
    const points = [];
    drawn.points.forEach((point, at) => {
      const [x, y] = [clamp(point.x, wide), clamp(point.y, high)];
      const isFar = points.length < 2 || Math.hypot(x - points.at(-2), y - points.at(-1)) >= STEP;
      if (isFar || at === drawn.points.length - 1) points.push(x, y);
    });
    const next = { background: drawing.background, strokes: [...drawing.strokes, { ink, width, points }] };
    const count = next.strokes.reduce((sum, stroke) => sum + stroke.points.length / 2, 0);
    if (next.strokes.length > MOST_STROKES || count > MOST_POINTS || JSON.stringify(next).length > MOST_BYTES) {
      say('The drawing is full: this stroke was not kept.');
    } else {
      drawing = next;
      say('');
      keep();
    }
    show();
  });
  root.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    const { background, ink: chosen, width: pen } = button.dataset;
    if (chosen) ink = chosen;
    if (pen) width = Number(pen);
    if (background) { drawing = { ...drawing, background }; keep(); }
    if ('undo' in button.dataset) { drawing = { ...drawing, strokes: drawing.strokes.slice(0, -1) }; keep(); say('The last stroke was taken back.'); }
    if ('clear' in button.dataset) { drawing = { ...drawing, strokes: [] }; keep(); say('The drawing was cleared.'); }
    show();
  });
  // In a closed part nothing has a size.
  root.closest('details')?.addEventListener('toggle', show);
  new ResizeObserver(show).observe(canvas.parentElement);
})();
