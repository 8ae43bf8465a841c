/** Steps (a letter put in, left out, changed, or two swapped) from one word to another. Damerau, 1964. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + Number(!same));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      row.push(least);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}

/** The word that was probably meant: the nearest one, if a third of its letters or fewer must change; else null. */
export function nearest(word: string, known: readonly string[]): string | null {
  const typed = word.toLowerCase();
  let [best, least]: [string | null, number] = [null, Infinity];
  for (const one of known) {
    const far = one.startsWith(typed) && typed.length >= 3 ? 1 : distance(typed, one.toLowerCase());
    if (far < least && far <= Math.max(1, Math.floor(Math.max(one.length, typed.length) / 3)))
      [best, least] = [one, far];
  }
  return best;
}
