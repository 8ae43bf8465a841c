import { fixed } from '../../src-shared/text/number.ts';

export { fixed };

const GROUPED = new Intl.NumberFormat('en-GB');

/** 1204 -> "1,204". */
export function count(value: number): string {
  return GROUPED.format(value);
}

/** 0.8125 -> "81.3%". */
export function percent(share: number | null | undefined, digits = 1): string {
  return share === null || share === undefined ? '–' : `${fixed(share * 100, digits)}%`;
}

/** 1536 -> "1.5 KiB"; 0 -> "0 B". */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log2(value) / 10));
  const scaled = value / 1024 ** power;
  return `${power === 0 || scaled >= 100 ? fixed(scaled, 0) : fixed(scaled, 1)} ${units[power]}`;
}

/** "1 image", "1,204 images". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Seconds in words that change slowly: "12 s", "4 min", "1 h 05 min". */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** An ISO time as "14:02" today, else "24 Nov 14:02". */
export function time(iso: string, now = new Date()): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const clock = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (at.toDateString() === now.toDateString()) return clock;
  return `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${clock}`;
}

/** Last part of a path, whichever way its slashes lean. */
export function baseName(path: string): string {
  return (
    path
      .split(/[\\/]/)
      .filter((part) => part !== '')
      .at(-1) ?? path
  );
}
