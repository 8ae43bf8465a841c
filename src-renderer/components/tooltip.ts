import type { Attachment } from 'svelte/attachments';

const DELAY_MS = 400;
const GAP = 6;

let shared: HTMLElement | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

/** One element for all tooltips, so that two never show at once. */
function box(): HTMLElement {
  if (shared === null) {
    shared = document.createElement('div');
    shared.className = 'tooltip';
    shared.setAttribute('role', 'tooltip');
    shared.hidden = true;
    document.body.append(shared);
  }
  return shared;
}

function hide(): void {
  clearTimeout(timer);
  if (shared !== null) shared.hidden = true;
}

function show(target: Element, text: string, keys: string | undefined): void {
  const element = box();
  const key = document.createElement('span');
  key.className = 'kbd';
  key.textContent = keys ?? '';
  element.replaceChildren(text, ...(keys === undefined ? [] : [key]));
  element.hidden = false;
  const at = target.getBoundingClientRect();
  const own = element.getBoundingClientRect();
  const left = Math.min(Math.max(4, at.left + at.width / 2 - own.width / 2), innerWidth - own.width - 4);
  const below = at.bottom + GAP + own.height < innerHeight;
  element.style.left = `${left}px`;
  element.style.top = `${below ? at.bottom + GAP : at.top - GAP - own.height}px`;
}

/** Tooltip on hover and keyboard focus; Escape or a press takes it away. The element carries its own accessible name. */
export function tooltip(text: string, keys?: string): Attachment {
  return (node) => {
    const soon = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => show(node, text, keys), DELAY_MS);
    };
    const focused = (): void => {
      if (node.matches(':focus-visible')) soon();
    };
    const escape = (event: Event): void => {
      if (event instanceof KeyboardEvent && event.key === 'Escape') hide();
    };
    const listeners: [string, (event: Event) => void][] = [
      ['pointerenter', soon],
      ['pointerleave', hide],
      ['pointerdown', hide],
      ['focus', focused],
      ['blur', hide],
      ['keydown', escape],
    ];
    for (const [name, listener] of listeners) node.addEventListener(name, listener);
    return () => {
      hide();
      for (const [name, listener] of listeners) node.removeEventListener(name, listener);
    };
  };
}
