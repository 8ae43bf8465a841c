/**
 * `npm run bench [-- ROW ...]`: measures the rows whose names begin with the given words, or all. Never part of `npm test`:
 * a machine that does other things at the same time gives other numbers, though hardly other ratios.
 */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openPyTorch } from './peer/client.ts';
import type { PyTorch } from './peer/client.ts';
import { printed } from './print.ts';
import { printProfiles } from './profile.ts';
import type { Row } from './row.ts';

const USAGE = `npm run bench -- [ROW ...] [--list] [--rounds N] [--peer pytorch] [--profile]

  ROW             names of rows, or their beginnings; all rows when none is given
  --list          says which rows there are
  --rounds N      how often each side is measured (7)
  --peer pytorch  compares with PyTorch; PYTHON names the Python that has it (python3)
  --profile       op by op, where the time of the forward pass, Grad-CAM and the training step goes`;

async function allRows(): Promise<Row[]> {
  const files = (await readdir(join(import.meta.dirname, 'rows'))).filter((file) => file.endsWith('.ts')).sort();
  const modules = await Promise.all(files.map((file) => import(`./rows/${file}`) as Promise<{ default: Row[] }>));
  return modules.flatMap((module) => module.default);
}

async function describeMachine(pytorch: PyTorch | null): Promise<string> {
  const runtime = JSON.parse(
    await readFile(join(import.meta.dirname, '../../node_modules/onnxruntime-node/package.json'), 'utf8'),
  ) as { version: string };
  const peer = pytorch ? `, PyTorch ${pytorch.version}` : '';
  const cores = availableParallelism();
  return `${cpus()[0]?.model ?? 'CPU'}, ${cores} threads; ONNX Runtime ${runtime.version}${peer}; Node ${process.version}`;
}

async function openPeer(name: string | undefined): Promise<PyTorch | null> {
  if (name === undefined) return null;
  if (name !== 'pytorch') throw new Error(`there is no peer ${name}: pytorch is the only one`);
  const peer = await openPyTorch(process.env['PYTHON'] ?? 'python3');
  const errors = Object.entries(peer.errors).map(([what, error]) => `${what} ${error.toExponential(1)}`);
  console.log(`The PyTorch peer agrees with the golden values: ${errors.join(', ')}`);
  return peer;
}

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean' },
    list: { type: 'boolean' },
    rounds: { type: 'string', default: '7' },
    peer: { type: 'string' },
    profile: { type: 'boolean' },
  },
});
const rows = await allRows();
const chosen = wanted.length === 0 ? rows : rows.filter(({ name }) => wanted.some((word) => name.startsWith(word)));
const rounds = Number(options.rounds);
if (options.help) {
  console.log(USAGE);
} else if (options.list) {
  for (const { name, work, against } of rows) console.log(`${name.padEnd(18)}${work}; against ${against}`);
} else if (chosen.length === 0 || !(rounds >= 1)) {
  console.error(chosen.length === 0 ? `No row begins with ${wanted.join(' or ')}.\n` : 'Rounds count from 1.\n', USAGE);
  process.exitCode = 1;
} else if (options.profile) {
  await printProfiles(wanted);
} else {
  const folder = await mkdtemp(join(tmpdir(), 'poster-var-bench-'));
  const pytorch = await openPeer(options.peer);
  try {
    console.log(await describeMachine(pytorch));
    for (const row of chosen) {
      console.log(printed(row, await row.measure({ pytorch, rounds, folder })));
      await pytorch?.forget();
    }
  } finally {
    pytorch?.close();
    await rm(folder, { recursive: true, force: true });
  }
}
