import { duration } from './format.ts';

/** Seconds as a clock: "07:04", "1:02:03". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  return `${hours > 0 ? `${hours}:` : ''}${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** A range of times to wait: "22–26 min"; one value where both ends say the same. */
export function durationRange(low: number, high: number): string {
  const [from, to] = [duration(low), duration(high)];
  if (from === to) return from;
  const unit = / (s|min)$/.exec(to)?.[0];
  // "22 min" and "26 min" share their unit; "80 min" and "1 h 35 min" do not.
  const shared = unit !== undefined && from.endsWith(unit) && !to.includes('h');
  return shared ? `${from.slice(0, -unit.length)}–${to}` : `${from} – ${to}`;
}

/** "Today 14:32", "Yesterday 09:10", "12 Nov", "12 Nov 2024"; a dash for none. `at` is an ISO time, shown in local time. */
export function when(at: string | null, now = new Date()): string {
  const date = new Date(at ?? NaN);
  if (Number.isNaN(date.getTime())) return '–';
  const day = (d: Date): number => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const days = Math.round((day(now) - day(date)) / 86_400_000);
  if (days === 0) return `Today ${time}`;
  if (days === 1) return `Yesterday ${time}`;
  const sameYear = date.getFullYear() === now.getFullYear();
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) });
}
