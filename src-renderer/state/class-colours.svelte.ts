import { EXPRESSIONS, type Expression } from '../../src-shared/domain/expression.ts';
import { parseHex } from '../plots/colour.ts';
import type { Colours } from '../plots/colour-warnings.ts';
import { classCode } from '../plots/class-marks.ts';
import { settings } from './settings.svelte.ts';

type Theme = 'dark' | 'light';

/** Colours of the classes that a person has changed, a set for each theme, laid over the given ones. */
class ClassColours {
  readonly #sheet = new CSSStyleSheet();

  constructor() {
    document.adoptedStyleSheets.push(this.#sheet);
    this.#lay();
  }

  changed(theme: Theme): Colours {
    const stored = settings.get('colours');
    return Object.fromEntries(
      EXPRESSIONS.flatMap((expression) => {
        const colour = stored[`${theme}.${expression}`];
        return colour !== undefined && parseHex(colour) !== null ? [[expression, colour]] : [];
      }),
    );
  }

  set(theme: Theme, expression: Expression, colour: string): void {
    settings.set('colours', { ...settings.get('colours'), [`${theme}.${expression}`]: colour });
    this.#lay();
  }

  /** The given colours of a theme again. */
  reset(theme: Theme): void {
    const others = Object.entries(settings.get('colours')).filter(([key]) => !key.startsWith(`${theme}.`));
    settings.set('colours', Object.fromEntries(others));
    this.#lay();
  }

  #lay(): void {
    // Exports are drawn in the light theme's colours: each theme must have its own rule.
    const rule = (theme: Theme): string =>
      `:root[data-theme='${theme}'] { ${Object.entries(this.changed(theme))
        .map(([expression, colour]) => `--c-${classCode(expression as Expression).toLowerCase()}: ${colour};`)
        .join(' ')} }`;
    this.#sheet.replaceSync(`${rule('dark')}\n${rule('light')}`);
  }
}

export const classColours = new ClassColours();
