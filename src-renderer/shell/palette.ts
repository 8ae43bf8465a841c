import type { Binding } from '../state/keymap.ts';

/** Commands whose title or group has every word of a text, those whose title begins with it first. */
export function matching(bindings: readonly Binding[], text: string): Binding[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = bindings.filter(({ title, group }) => {
    const whole = `${group} ${title}`.toLowerCase();
    return words.every((word) => whole.includes(word));
  });
  const first = words[0] ?? '';
  const begins = (binding: Binding): boolean => binding.title.toLowerCase().startsWith(first);
  return [...found.filter(begins), ...found.filter((binding) => !begins(binding))];
}
