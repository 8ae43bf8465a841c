/** Presets that people save for themselves, beside those that come with the application: one JSON file each, for all projects. */
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { Preset } from '../../../src-shared/domain/run.ts';
import type { PresetList, SavePreset } from '../../../src-shared/domain/run.ts';
import { writeTextFile } from '../files/write.ts';
import { PRESETS } from './presets.ts';

export class Presets {
  readonly #folder: string;

  /** @param home the application's own folder. */
  constructor(home: string) {
    this.#folder = join(home, 'presets');
  }

  /** All presets, those of the application first; files that are none are told, not dropped in silence. */
  list(): PresetList {
    const own: Preset[] = [];
    const broken: PresetList['broken'] = [];
    for (const file of this.#files()) {
      const read = readPreset(join(this.#folder, file));
      if (typeof read === 'string') broken.push({ file, reason: read });
      else own.push({ ...read, name: file.slice(0, -'.json'.length), own: true });
    }
    return { presets: [...PRESETS, ...own], broken };
  }

  /** @throws FailureError 'not-found', naming those that there are. */
  require(name: string): Preset {
    const { presets } = this.list();
    const found = presets.find((preset) => preset.name === name);
    if (found !== undefined) return found;
    throw new FailureError({
      kind: 'not-found',
      message: `There is no preset "${name}".`,
      remedy: `Choose one of ${presets.map((preset) => preset.name).join(', ')}.`,
    });
  }

  /**
   * Saves settings under a title; one's own preset of the same name is replaced.
   * @throws FailureError 'conflict' for a name of the application's, 'invalid' for a title without letters, those of writing.
   */
  async save({ title, settings }: SavePreset): Promise<Preset> {
    const name = slug(title);
    if (name === '')
      throw new FailureError({
        kind: 'invalid',
        message: 'A preset needs a title with letters or digits.',
        remedy: 'Call it by what it is for, e.g. “My lab, 8 classes”.',
      });
    if (PRESETS.some((preset) => preset.name === name))
      throw new FailureError({
        kind: 'conflict',
        message: `“${name}” is a preset of the application.`,
        remedy: 'Choose another title; the application’s presets stay as they are.',
      });
    const preset: Preset = {
      ...{ name, title: title.trim(), own: true, sources: {} },
      source: `Saved ${new Date().toISOString().slice(0, 10)}, from the preset “${settings.preset}”.`,
      settings: { ...settings, preset: name },
    };
    mkdirSync(this.#folder, { recursive: true });
    await writeTextFile(join(this.#folder, `${name}.json`), [`${JSON.stringify(preset, null, 2)}\n`]);
    return preset;
  }

  /** @throws FailureError 'conflict' for one of the application's, 'not-found' for none. */
  remove(name: string): void {
    if (PRESETS.some((preset) => preset.name === name))
      throw new FailureError({
        kind: 'conflict',
        message: `“${name}” comes with the application and stays.`,
        remedy: 'Only presets that were saved here can be removed.',
      });
    if (!this.#files().includes(`${name}.json`)) this.require(name);
    rmSync(join(this.#folder, `${name}.json`), { force: true });
  }

  #files(): string[] {
    try {
      return readdirSync(this.#folder)
        .filter((file) => file.endsWith('.json'))
        .toSorted();
    } catch {
      return [];
    }
  }
}

/** The preset in a file, or why there is none. */
function readPreset(file: string): Preset | string {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  const read = Preset.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
}

/** "My lab, 8 classes" becomes "my-lab-8-classes": a file's name on any system. */
function slug(title: string): string {
  return title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
}
