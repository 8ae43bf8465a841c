/** Every format, written by the fixtures, through the command line: detected, counted, labelled, split. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImportFormat } from '../../../src-shared/domain/dataset.ts';
import { drawFaces, type Face } from '../../fixtures/faces.ts';
import * as fixtures from '../../fixtures/formats.ts';
import type { Expected, Writer } from '../../fixtures/formats.ts';
import { CommandLine } from './command-line.ts';

const FIXTURES: readonly (readonly [name: string, format: ImportFormat, writer: Writer])[] = [
  ['RAF-DB', 'rafdb', fixtures.rafdb],
  ['RAF-DB re-packed', 'rafdb', fixtures.rafdbRepacked],
  ['AffectNet, old release', 'affectnet', fixtures.affectnetLists],
  ['AffectNet, newer release', 'affectnet', fixtures.affectnetArrays],
  ['FER2013', 'fer2013', fixtures.fer2013],
  ['FER2013 in folders', 'fer2013', fixtures.fer2013Folders],
  ['FER+', 'ferplus', fixtures.ferplus],
  ['FER+ extracted', 'ferplus', fixtures.ferplusPictures],
  ['the official manifest', 'manifest', fixtures.manifest],
  ['ExpW', 'expw', fixtures.expw],
  ['SFEW', 'sfew', fixtures.sfew],
  ['CAER-S', 'caers', fixtures.caers],
  ['CK+', 'ckplus', fixtures.ckplus],
  ['JAFFE', 'jaffe', fixtures.jaffe],
  ['KDEF', 'kdef', fixtures.kdef],
  ['a table', 'csv', fixtures.csv],
  ['a table with tabs', 'csv', fixtures.tsv],
  ['class folders', 'folders', fixtures.folders],
];

const line = new CommandLine();
const { folder } = line;
const cli = (...args: string[]) => line.run(...args);
const detailsIn = (project: string) => line.detailsIn(project);
const source = (name: string) => line.source(name);
let faces: Face[] = [];
beforeAll(async () => {
  faces = await drawFaces(3);
});
afterAll(() => line.remove());

async function write(name: string, writer: Writer): Promise<Expected> {
  return writer(source(name), faces);
}

describe('datasets of the literature', () => {
  it.each(FIXTURES)('%s is detected and comes in row for row', async (name, format, writer) => {
    const expected = await write(name, writer);
    const auto = await cli('import', source(name), '--project', name);
    expect(auto).toMatchObject({
      code: 0,
      json: {
        format,
        images: expected.images,
        broken: expected.broken ?? 0,
        excluded: expected.excluded ?? 0,
        unlabelled: expected.unlabelled ?? 0,
        duplicates: 0,
        classes: expected.classes,
        splits: expected.splits,
      },
    });
    expect(auto.json['reason']).toMatch(/\.$/);
    const details = await detailsIn(name);
    expect(new Set(details.map(({ row }) => row.path))).toEqual(new Set(expected.rows.keys()));
    if (format !== 'expw')
      for (const { row } of details)
        expect([row.path, row.status === 'excluded' ? null : row.label, row.split]).toEqual([
          row.path,
          expected.rows.get(row.path)?.label,
          expected.rows.get(row.path)?.split,
        ]);
    // By its name it is read the same.
    const named = await cli('import', source(name), '--project', name, '--format', format, '--name', 'again');
    expect(named.json).toMatchObject({ images: expected.images, classes: expected.classes, splits: expected.splits });
  });
});

describe('our own export', () => {
  it.each([
    ['AffectNet', 'refer', fixtures.affectnetLists],
    ['AffectNet', 'copy', fixtures.affectnetLists],
    ['FER+', 'copy', fixtures.ferplus],
    ['RAF-DB', 'refer', fixtures.rafdb],
    ['RAF-DB', 'copy', fixtures.rafdb],
  ] as const)('brings %s back row for row, files by %s', async (name, files, writer) => {
    const [from, back] = [`${name} for ${files}`, `${name} back by ${files}`];
    const expected = await write(from, writer);
    await cli('import', source(from), '--project', from);
    const out = join(folder, 'exports', from);
    const kept = ['--project', from, '--format', 'portable', '--files', files, '--out', out];
    expect(await cli('export', 'labels', ...kept)).toMatchObject({ code: 0, json: { images: expected.images } });
    const { images, classes, splits, excluded = 0 } = expected;
    for (const format of ['auto', 'portable']) {
      const project = `${back} ${format}`;
      expect(await cli('import', out, '--project', project, '--format', format)).toMatchObject({
        code: 0,
        json: { format: 'portable', images, classes, splits, excluded, broken: 0 },
      });
      const facts = (of: string) =>
        detailsIn(of).then((all) =>
          all.map(({ row: { id: _id, ...row }, attributes, votes, datasetLabel, contentHash }) => ({
            ...{ row, attributes, votes, datasetLabel, contentHash },
          })),
        );
      expect(await facts(project)).toEqual(await facts(from));
    }
  });
});

describe('what the formats bring beyond labels', () => {
  it('RAF-DB: gender, race and age; original pictures by choice', async () => {
    const [first] = await detailsIn('RAF-DB');
    expect(first?.attributes).toEqual({ gender: 'male', race: 'Asian', age: '4-19' });
    const original = await cli('import', source('RAF-DB'), '--project', 'original', '--images', 'original');
    expect(original.json).toMatchObject({ images: faces.length, choices: { variant: 'original' } });
    expect((await detailsIn('original'))[0]?.row.path).toBe('Image/original/train_00001.jpg');
    const unknown = await cli(
      'import',
      source('RAF-DB'),
      '--project',
      'original',
      '--images',
      'sideways',
      '--name',
      'x',
    );
    expect(unknown).toMatchObject({ code: 1, json: { error: { kind: 'invalid' } } });
  });

  it('AffectNet: the face in its box, valence and arousal, ids 8 to 10 with their reason', async () => {
    const details = await detailsIn('AffectNet, old release');
    const labelled = details.filter(({ row }) => row.status === 'ok');
    expect(labelled.every(({ row }) => row.box?.width === 48 && row.box.x === 10 && row.box.y === 20)).toBe(true);
    expect(labelled[1]?.attributes).toEqual({ valence: 0.1, arousal: -0.25 });
    const reasons = details.filter(({ row }) => row.status === 'excluded').map(({ row }) => row.reason);
    expect(reasons.sort()).toEqual([
      'AffectNet 10, Non-Face: there is no face in the box.',
      'AffectNet 8, None: the face shows none of the eight expressions.',
      'AffectNet 9, Uncertain: the annotator could not tell.',
    ]);
    const newer = await detailsIn('AffectNet, newer release');
    expect(newer.every(({ attributes }) => attributes?.['valence'] === 0.5 && attributes['arousal'] === -0.25)).toBe(
      true,
    );
  });

  it.each(['7', '8'] as const)('AffectNet with %s classes: contempt in or out, 8 to 10 always out', async (classes) => {
    // The drawn faces have no contempt: the labels of two of them say so.
    const some = faces.map((face, at) => (at % 9 === 4 ? { ...face, expression: 'contempt' as const } : face));
    const contempt = some.slice(0, -3).filter(({ expression }) => expression === 'contempt').length;
    expect(contempt).toBeGreaterThan(0);
    for (const [name, writer, others] of [
      ['affectnet-old', fixtures.affectnetLists, 3],
      ['affectnet-new', fixtures.affectnetArrays, 0],
    ] as const) {
      await writer(source(name), some);
      const all = some.slice(0, some.length - others).filter(({ expression }) => expression === 'contempt').length;
      const project = `${name}-${classes}`;
      const { json } = await cli('import', source(name), '--project', project, '--classes', classes);
      expect(json).toMatchObject({
        images: some.length,
        excluded: others + (classes === '7' ? all : 0),
        choices: { classes: Number(classes) },
      });
      expect((json['classes'] as Record<string, number>)['contempt']).toBe(classes === '7' ? undefined : all);
      const details = await detailsIn(project);
      const left = details.filter(({ row }) => row.label === 'contempt');
      expect(left.map(({ row }) => [row.status, row.reason])).toEqual(
        left.map(() => (classes === '7' ? ['excluded', 'Contempt is not one of the seven classes.'] : ['ok', null])),
      );
      expect(details.filter(({ row }) => row.reason?.startsWith('AffectNet'))).toHaveLength(others);
    }
  });

  it('FER+: ten votes an image, and the rule in the dataset’s record', async () => {
    const details = await detailsIn('FER+');
    const names = ['neutral', 'happy', 'surprise', 'sad', 'anger', 'disgust', 'fear', 'contempt', 'unknown', 'no-face'];
    for (const name of ['FER+', 'FER+ extracted']) {
      // Of the first row, which has no name, no picture is extracted.
      const first = name === 'FER+' ? 0 : 1;
      const cast = faces.map(({ expression }, index) => fixtures.ferplusVotes(expression, index)).slice(first);
      expect((await detailsIn(name)).map(({ votes }) => names.map((of) => votes?.[of as 'neutral'] ?? 0))).toEqual(
        cast,
      );
    }
    expect(details[0]?.row).toMatchObject({ status: 'excluded', reason: expect.stringMatching(/no face/) as string });
    expect(details[1]?.row.reason).toMatch(/majority/);
    const soft = await cli('import', source('FER+'), '--project', 'soft', '--vote-rule', 'votes_sum');
    expect(soft.json).toMatchObject({ choices: { voteRule: 'votes-sum' }, excluded: 1 });
    const image = (await detailsIn('soft'))[2];
    expect(image?.soft).toEqual({ neutral: 0.7, surprise: 0.2 });
    const files = readdirSync(join(folder, 'soft', 'images', 'FER')).filter((name) => name.endsWith('.png'));
    expect(files).toHaveLength(faces.length);
  });

  it('tells the outcome of every vote rule before anything is written', async () => {
    const { json } = await cli('import', source('FER+'), '--dry-run', '--vote-rule', 'cross-entropy');
    const votes = json['votes'] as { rule: string; split: string; kept: number; dropped: number }[];
    const train = (rule: string) => votes.find((one) => one.rule === rule && one.split === 'train');
    // The nameless row is left out by FER+ itself; the tie is no majority, but two classes of equal weight.
    expect(train('majority')).toMatchObject({ kept: faces.length - 8, dropped: 1 });
    expect(train('probability')).toMatchObject({ kept: faces.length - 7, dropped: 0 });
    expect(json['voteRule']).toBe('crossentropy');
  });

  it('ExpW: every face of a picture, cut out by its box', async () => {
    const details = await detailsIn('ExpW');
    const [first, second] = details;
    expect(first?.row.path).toBe(second?.row.path);
    expect(first?.row.box).toEqual({ x: 10, y: 20, width: 48, height: 48 });
    expect(second?.row.box).toEqual({ x: 70, y: 25, width: 48, height: 48 });
    expect(first?.duplicates).toEqual([]);
  });

  it('CK+: the last frame is the peak; seven classes leave contempt out', async () => {
    const details = await detailsIn('CK+');
    expect(details.every(({ row }) => row.path.endsWith('_00000011.png'))).toBe(true);
    expect(details[0]?.attributes).toEqual({ subject: 'S005', sequence: '001', frames: 2 });
  });

  it('JAFFE and KDEF: the subject, for splits that keep persons apart', async () => {
    expect((await detailsIn('JAFFE'))[0]?.attributes).toMatchObject({ subject: 'KA' });
    const kdef = await detailsIn('KDEF');
    expect(kdef.map(({ attributes }) => attributes)).toContainEqual({
      subject: 'F01',
      sex: 'female',
      session: 'A',
      angle: 'straight',
    });
  });
});

describe('which format it is', () => {
  it('is refused where two ways fit as well, naming both', async () => {
    await fixtures.folders(source('both'), faces);
    await fixtures.csv(source('both'), faces);
    const { code, json } = await cli('import', source('both'), '--project', 'both');
    expect(code).toBe(1);
    const { message, remedy } = json['error'] as { message: string; remedy: string };
    expect(message).toMatch(/two ways: as csv \(legend\.csv .*or as folders \(/);
    expect(remedy).toBe('Say which one is meant: format csv or folders.');
    expect(await cli('import', source('both'), '--project', 'both', '--format', 'csv')).toMatchObject({ code: 0 });
  });

  it('is never guessed from numbers alone, and a wrong name is refused', async () => {
    for (const [index, { jpeg }] of faces.entries())
      fixtures.put(source('numbers'), `train/${1 + (index % 7)}/${index}.jpg`, jpeg);
    const { json } = await cli('import', source('numbers'), '--dry-run');
    expect(json).toMatchObject({ format: 'folders' });
    expect((json['classes'] as { expression: unknown }[]).every(({ expression }) => expression === null)).toBe(true);
    const wrong = await cli('import', source('numbers'), '--dry-run', '--format', 'KDEF');
    expect(wrong).toMatchObject({
      code: 1,
      json: { error: { message: expect.stringMatching(/does not look like KDEF/) as string } },
    });
  });
});
