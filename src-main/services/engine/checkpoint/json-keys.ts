/** JSON.parse keeps the last of two equal keys in silence; a file format that forbids them has to look for itself. */

/**
 * First key that stands twice in one object, compared after unescaping; null when all are unique.
 * @param text valid JSON.
 */
export function duplicateKey(text: string): string | null {
  const objects: Set<string>[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '{') objects.push(new Set());
    else if (character === '}') objects.pop();
    else if (character === '"') {
      const start = i;
      for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++;
      if (!isKey(text, i + 1)) continue;
      const key = JSON.parse(text.slice(start, i + 1)) as string;
      const keys = objects.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return null;
}

function isKey(text: string, after: number): boolean {
  let at = after;
  while (' \n\r\t'.includes(text[at] ?? ':')) at++;
  return text[at] === ':';
}
