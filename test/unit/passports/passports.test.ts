import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src-shared/domain/canonical-json.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { SealedPassport } from '../../../src-shared/domain/passport.ts';
import { runCommandLine } from '../../../src-main/commands/program.ts';
import { composeServices } from '../../../src-main/compose.ts';
import { Passports } from '../../../src-main/services/passports/passports.ts';
import { canonicalHash, seal, unseal } from '../../../src-main/services/passports/seal.ts';
import { PRESETS } from '../../../src-main/services/runs/presets.ts';
import { Runs } from '../../../src-main/services/runs/runs.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { createStore } from '../../../src-main/services/store/store.ts';
import { Versions } from '../../../src-main/services/versions/versions.ts';
import { FakeTerminal } from '../commands/terminal.ts';
import { addDataset, PlainJobs, ScriptedEngine, SETTINGS, type Face } from '../runs/fakes.ts';

const FACES: readonly Face[] = [
  { split: 'train', label: 'happy', shown: 'happy' },
  { split: 'train', label: 'sad', shown: 'sad' },
  { split: 'val', label: 'happy', shown: 'happy' },
  { split: 'val', label: 'sad', shown: 'sad' },
];

let folder: string;
let store: Store;
let jobs: PlainJobs;
let engine: ScriptedEngine;
let runs: Runs;
let passports: Passports;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'poster-var-passports-'));
  store = createStore(folder, 'Test');
  jobs = new PlainJobs();
  engine = new ScriptedEngine();
  const project = { require: () => ({ store, jobs }) };
  runs = new Runs(project, engine, () => undefined);
  passports = new Passports(project);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function trained(dataset: number, more: Partial<Parameters<Runs['startTraining']>[0]> = {}): Promise<number> {
  const { run, job } = runs.startTraining({
    ...{ dataset, trainSplit: 'train', valSplit: 'val', device: 'auto', settings: SETTINGS },
    ...more,
  });
  expect((await jobs.finished(job)).error).toBeNull();
  return run;
}

const refusal = async (body: () => unknown): Promise<string> => {
  try {
    await body();
  } catch (thrown) {
    if (thrown instanceof FailureError) return thrown.failure.message;
    throw thrown;
  }
  throw new Error('It was accepted.');
};

describe('canonical JSON', () => {
  it('is that of RFC 8785', () => {
    // Section 3.2.2 and 3.2.3, and some of appendix B.
    const numbers = [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0, 5e-324];
    expect(canonicalJson(numbers)).toBe('[333333333.3333333,1e+30,4.5,0.002,1e-27,0,5e-324]');
    const text = '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/';
    expect(canonicalJson({ string: text, literals: [null, true, false] })).toBe(
      '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
    const written = JSON.parse(canonicalJson(Object.fromEntries(names.map((name) => [name, name])))) as object;
    // JSON.parse keeps the order of names, but puts "1" first.
    expect(Object.keys(written).filter((name) => name !== '1')).toEqual(sorted.filter((name) => name !== '1'));
    for (const wrong of [NaN, Infinity, '\ud800', 1n, () => 1]) expect(() => canonicalJson(wrong)).toThrow(RangeError);
    let deep: unknown = 1;
    for (let depth = 0; depth < 1_000; depth++) deep = [deep];
    expect(() => canonicalJson(deep)).toThrow(/nested/);
  });
});

describe('a passport', () => {
  it('says what a run was made of', async () => {
    const { dataset, images } = addDataset(store, 'faces', FACES);
    const versions = new Versions({ require: () => ({ store, jobs }) } as never, () => undefined, 'ada', {
      ask: () => Promise.reject(new Error('Nothing is asked here.')),
    });
    const version = await versions.create({ dataset, name: 'start', note: '' });
    const parent = join(folder, 'ir50.pth');
    writeFileSync(parent, 'weights');
    const run = await trained(dataset, { initialWeights: [parent] });
    // What happens later changes nothing of it.
    store.labels.apply([images[0] ?? 0], { kind: 'hard', label: 'fear' }, 'ada');
    const { passport, sha256, text } = await passports.of(run);
    expect(passport).toMatchObject({
      model: { size: 'tiny', vich: true },
      device: 'cpu',
      data: {
        ...{ dataset: 'faces', version: null, contentHash: version.contentHash },
        ...{ train: { split: 'train', images: 2 }, val: { split: 'val', images: 2 } },
      },
      parents: [{ name: 'ir50.pth', sha256: createHash('sha256').update('weights').digest('hex') }],
      time: { process: 9 },
      best: { value: 0.75, epoch: 2 },
      checkpoint: 'hash of 2',
    });
    expect(passport.time.wall).toBeGreaterThanOrEqual(0);
    expect(passport.environments[0]?.onnxruntime).toMatch(/^1\.\d+/);
    expect(passport.preset?.name).toBe('quick');
    const quick = PRESETS.find(({ name }) => name === 'quick')?.settings;
    expect(passport.preset?.sha256).toBe(canonicalHash(quick));
    expect(passport.preset?.differences).toContainEqual({ setting: 'batch', preset: quick?.batch, run: 4 });
    expect(passport.preset?.differences.map(({ setting }) => setting)).not.toContain('preset');
    expect(canonicalHash(passport)).toBe(sha256);
    expect((await passports.of(run)).text).toBe(text);
  });

  it('of other labels, or of another split, has other hashes', async () => {
    const { dataset, images } = addDataset(store, 'faces', FACES);
    const dataOf = async (run: number) => (await passports.of(run)).passport.data;
    const first = await dataOf(await trained(dataset));
    expect(await dataOf(await trained(dataset))).toEqual(first);
    store.labels.apply([images[0] ?? 0], { kind: 'hard', label: 'fear' }, 'ada');
    const second = await dataOf(await trained(dataset));
    expect(second?.contentHash).not.toBe(first?.contentHash);
    expect(second?.train.hash).not.toBe(first?.train.hash);
    expect(second?.val).toEqual(first?.val);
  });

  it('is made up for where nothing was recorded in time, as far as it can be', async () => {
    const { dataset, images } = addDataset(store, 'faces', FACES);
    const run = await trained(dataset);
    const whole = (await passports.of(run)).passport;
    rmSync(join(folder, 'checkpoints', `run-${run}`, 'origin.json'));
    store.labels.apply([images[0] ?? 0], { kind: 'hard', label: 'fear' }, 'ada');
    const { passport } = await passports.of(run);
    expect(passport).toEqual({ ...whole, preset: null, environments: [], parents: [] });
  });

  it('is refused where what was recorded is damaged: nothing is made up in its place', async () => {
    const run = await trained(addDataset(store, 'faces', FACES).dataset);
    writeFileSync(join(folder, 'checkpoints', `run-${run}`, 'origin.json'), '{"format":"poster-var-origin/1",');
    expect(await refusal(() => passports.of(run))).toMatch(/recorded when the run began is damaged/);
  });
});

describe('a passport that was tampered with', () => {
  let sealed: SealedPassport;
  beforeEach(async () => {
    const { dataset } = addDataset(store, 'faces', FACES);
    const { passport, sha256 } = await passports.of(await trained(dataset));
    sealed = { passport, sha256 };
  });
  const changed = (change: (value: SealedPassport) => void): string => {
    const copy = structuredClone(sealed);
    change(copy);
    return JSON.stringify(copy, null, 2);
  };

  it('is refused, whatever was changed', async () => {
    const changes: ((value: SealedPassport) => void)[] = [
      ({ passport }) => (passport.settings['seed'] = 2),
      ({ passport }) => (passport.best = { metric: 'accuracy', value: 0.99, epoch: 2 }),
      ({ passport }) => passport.data && (passport.data.train.images = 3),
      ({ passport }) => (passport.parents = [{ name: 'x', sha256: null }]),
      ({ passport }) => Object.assign(passport, { added: 1 }),
      ({ passport }) => void delete passport.settings['gamma'],
      (value) => (value.sha256 = `${value.sha256.startsWith('0') ? '1' : '0'}${value.sha256.slice(1)}`),
    ];
    for (const change of changes)
      expect(await refusal(() => unseal(changed(change), 'run.passport.json'))).toContain('was altered');
  });

  it('but its order and its white space are free', () => {
    const turned = Object.fromEntries(Object.entries(sealed.passport).toReversed());
    expect(unseal(JSON.stringify({ sha256: sealed.sha256, passport: turned }, null, 4), 'x').sha256).toBe(
      sealed.sha256,
    );
  });

  it.each([
    ['no JSON', '{', /is no passport/],
    ['another file', '{"format":"poster-var-bundle/1"}', /has no passport with a SHA-256/],
    ['a list', '[]', /has no passport/],
    ['a hash that is none', '{"passport":{},"sha256":"x"}', /has no passport/],
    ['a number too large', `{"passport":{"a":1e999},"sha256":"${'0'.repeat(64)}"}`, /no JSON number/],
    ['one name twice', `{"passport":{"a":1,"a":2},"sha256":"${'0'.repeat(64)}"}`, /twice/],
    ['a tower', `{"passport":${'[1,'.repeat(900)}1${']'.repeat(900)},"sha256":"${'0'.repeat(64)}"}`, /nested/],
  ])('%s is refused with its reason', async (_, text, message) => {
    expect(await refusal(() => unseal(text, 'file.json'))).toMatch(message);
  });

  it('of a later version says so', async () => {
    const later = { ...sealed.passport, format: 'poster-var-passport/9' };
    const text = JSON.stringify({ passport: later, sha256: canonicalHash(later) });
    expect(await refusal(() => unseal(text, 'file.json'))).toContain('that this version can read: format');
  });

  it('stops the import of its checkpoint; a whole one is taken along', async () => {
    const place = join(folder, 'from-elsewhere');
    mkdirSync(place);
    const model = join(place, 'model.safetensors');
    writeFileSync(model, 'weights');
    const checkpoint = createHash('sha256').update('weights').digest('hex');
    const beside = join(place, 'model.passport.json');
    const mine = seal({ ...sealed.passport, checkpoint });
    const before = runs.list().length;

    writeFileSync(beside, JSON.stringify({ ...mine, passport: { ...mine.passport, epochs: 99 } }));
    expect(await refusal(() => runs.importCheckpoint(model))).toContain('was altered');
    writeFileSync(beside, JSON.stringify(sealed));
    expect(await refusal(() => runs.importCheckpoint(model))).toContain('is the passport of another checkpoint');
    expect(runs.list()).toHaveLength(before);

    writeFileSync(beside, JSON.stringify(mine));
    const imported = await runs.importCheckpoint(model);
    expect(await passports.of(imported.id)).toMatchObject({ sha256: mine.sha256, passport: { checkpoint } });
    // Altered in the project's folder.
    const kept = join(folder, 'checkpoints', `run-${imported.id}`, 'passport.json');
    writeFileSync(kept, readFileSync(kept, 'utf8').replace(/"seed":1\b/, '"seed":7'));
    expect(await refusal(() => passports.of(imported.id))).toContain('was altered');
  });

  it('belongs to another file of its bundle too, where the list of the bundle has both', async () => {
    const place = join(folder, 'bundle');
    mkdirSync(place);
    const hash = (name: string): string =>
      createHash('sha256')
        .update(readFileSync(join(place, name)))
        .digest('hex');
    writeFileSync(join(place, 'model.pth'), 'weights in another form');
    writeFileSync(join(place, 'passport.json'), JSON.stringify(sealed));
    const list = (): void =>
      writeFileSync(
        join(place, 'manifest.json'),
        JSON.stringify({
          format: 'poster-var-bundle/1',
          sha256: { 'model.pth': hash('model.pth'), 'passport.json': hash('passport.json') },
        }),
      );
    const check = () => passports.check(join(place, 'passport.json'), join(place, 'model.pth'));
    expect(await refusal(check)).toContain('is the passport of another checkpoint');
    list();
    expect((await check()).sha256).toBe(sealed.sha256);
    writeFileSync(join(place, 'model.pth'), 'other weights');
    expect(await refusal(check)).toContain('is the passport of another checkpoint');
  });

  it('is told by the command line', async () => {
    const home = join(folder, 'home');
    const cli = async (...args: string[]) => {
      const terminal = new FakeTerminal({ cwd: folder });
      const compose = (options: Parameters<typeof composeServices>[0]) => Promise.resolve(composeServices(options));
      const code = await runCommandLine([...args, '--json'], { terminal, version: '1', home, compose });
      return { code, answer: JSON.parse(terminal.out) as Record<string, unknown> };
    };
    writeFileSync(
      join(folder, 'good.json'),
      changed(() => undefined),
    );
    writeFileSync(
      join(folder, 'bad.json'),
      changed(({ passport }) => (passport.device = 'webgpu')),
    );
    expect(await cli('passport', 'check', 'good.json')).toMatchObject({
      code: 0,
      answer: { valid: true, sha256: sealed.sha256 },
    });
    expect(await cli('passport', 'check', 'bad.json')).toMatchObject({
      code: 1,
      answer: { error: { kind: 'invalid' } },
    });
    expect(await cli('passport', 'check', 'none.json')).toMatchObject({ answer: { error: { kind: 'not-found' } } });
  });
});
