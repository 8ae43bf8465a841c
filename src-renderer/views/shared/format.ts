/** Numbers, times and paths as the interface writes them. English throughout, so that pictures and tests are the same everywhere. */

const MINUS = '\u2212';
export const DASH = '\u2013';

/** "1,230". */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** "1 image", "1,230 images". */
export function plural(n: number, noun: string, nouns = `${noun}s`): string {
  return `${count(n)} ${n === 1 ? noun : nouns}`;
}

/** A share 0..1 as a percentage without its sign: "90.1"; a dash for null. */
export function percent(share: number | null, digits = 1): string {
  return share === null ? DASH : (share * 100).toFixed(digits);
}

/** A number with fixed digits and a real minus sign; a dash for null. */
export function fixed(value: number | null, digits: number): string {
  return value === null ? DASH : value.toFixed(digits).replace('-', MINUS);
}

/** A small rate as "3.5e−5", trailing zeros dropped: learning rates, weight decay. */
export function scientific(value: number, digits = 2): string {
  if (value === 0) return '0';
  const [mantissa = '', exponent = ''] = value.toExponential(digits).split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return `${short}e${exponent.replace('+', '').replace('-', MINUS)}`;
}

/** Seconds as a clock: "07:04", "1:02:03". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  return `${hours > 0 ? `${hours}:` : ''}${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** A time to wait, rounded as people say it: "45 s", "12 min", "2 h 10 min". */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}

/** The same for a range: "22–26 min"; one value where both ends say the same. */
export function durationRange(low: number, high: number): string {
  const [from, to] = [duration(low), duration(high)];
  if (from === to) return from;
  const unit = / (s|min)$/.exec(to)?.[0];
  // "22 min" and "26 min" share their unit; "50 min" and "1 h 10 min" do not.
  const shared = unit !== undefined && from.endsWith(unit) && !to.includes('h');
  return shared ? `${from.slice(0, -unit.length)}${DASH}${to}` : `${from} ${DASH} ${to}`;
}

/** Units a second: "149/s", "3.1/s". */
export function rate(perSecond: number): string {
  return `${perSecond >= 10 ? Math.round(perSecond) : perSecond.toPrecision(2)}/s`;
}

/** "Today 14:32", "Yesterday 09:10", "12 Nov", "12 Nov 2024"; a dash for null. `at` is an ISO time, shown in local time. */
export function when(at: string | null, now = new Date()): string {
  if (at === null) return DASH;
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return DASH;
  const day = (d: Date): number => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const days = Math.round((day(now) - day(date)) / 86_400_000);
  if (days === 0) return `Today ${time}`;
  if (days === 1) return `Yesterday ${time}`;
  const sameYear = date.getFullYear() === now.getFullYear();
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) });
}

/** Last part of a path of either system. */
export function baseName(path: string): string {
  return path.split(/[\\/]+/).findLast((part) => part !== '') ?? path;
}

/** A path with one more part, in the separator that the folder already uses. */
export function joinPath(folder: string, name: string): string {
  const separator = folder.includes('\\') && !folder.includes('/') ? '\\' : '/';
  return `${folder.replace(/[\\/]+$/, '')}${separator}${name}`;
}

/** A name as a folder: letters and digits of any script, the rest becomes single dashes. */
export function folderName(name: string): string {
  const slug = name
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return slug === '' ? 'project' : slug;
}
