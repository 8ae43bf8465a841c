// `npm test`: type checks, lint, format, unit, parity and browser tests; ends with one line of counts. Each check counts as one test.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ensureBuilt, ensureInstalled, environment, node24, root, say } from './lib/environment.mjs';

ensureInstalled();

const bin = (...parts) => join(root, 'node_modules', ...parts);
const tsc = bin('typescript', 'bin', 'tsc');
const counts = { passed: 0, failed: 0, skipped: 0 };
const skips = [];
const failures = [];

function node(args, options = {}) {
  return spawnSync(node24, args, { cwd: root, env: environment(), stdio: 'inherit', ...options });
}

function check(name, args) {
  const start = Date.now();
  const { status } = node(args);
  const passed = status === 0;
  counts[passed ? 'passed' : 'failed'] += 1;
  if (!passed) failures.push(name);
  say(`${passed ? 'ok' : 'FAILED'}  ${name}  ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

/** Runs vitest, adds its counts, and keeps the names of what failed and of what was skipped (with its reason). */
function vitest(name, config) {
  const folder = mkdtempSync(join(tmpdir(), 'poster-var-test-'));
  const report = join(folder, 'report.json');
  const { status } = node([
    bin('vitest', 'vitest.mjs'),
    'run',
    '--config',
    join(root, config),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  if (!existsSync(report)) {
    say(`FAILED  ${name}: vitest ended with ${status} before it wrote a report`);
    counts.failed += 1;
    failures.push(name);
    return;
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  rmSync(folder, { recursive: true });
  counts.passed += result.numPassedTests;
  counts.failed += result.numFailedTests;
  counts.skipped += result.numPendingTests + result.numTodoTests;
  for (const file of result.testResults) {
    // A file that fails while loading has no tests of its own to count.
    if (file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')) {
      counts.failed += 1;
      failures.push(relative(root, file.name));
    }
    for (const test of file.assertionResults) {
      if (test.status === 'failed') failures.push(`${relative(root, file.name)}: ${test.fullName}`);
      if (test.status === 'pending' || test.status === 'skipped') skips.push(test.fullName);
    }
  }
  if (status !== 0 && result.success) {
    counts.failed += 1;
    failures.push(`${name}: vitest ended with ${status}`);
  }
}

for (const layer of ['src-shared', 'src-main', 'test', 'tsconfig.tools.json'])
  check(`types ${layer}`, [tsc, '-p', layer]);
check('types src-renderer', [
  bin('svelte-check', 'bin', 'svelte-check'),
  '--tsconfig',
  'src-renderer/tsconfig.json',
  '--fail-on-warnings',
  '--output',
  'human',
]);
check('lint', [bin('eslint', 'bin', 'eslint.js'), '--max-warnings', '0', '.']);
check('format', [bin('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']);
vitest('unit and parity', 'vitest.config.ts');
ensureBuilt();
vitest('browser', 'vitest.e2e.config.ts');

for (const [title, names] of [
  ['Skipped', skips],
  ['Failed', failures],
])
  if (names.length > 0) say(`\n${title}:\n${names.map((one) => `  ${one}`).join('\n')}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 ? 1 : 0;
