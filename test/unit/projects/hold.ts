/**
 * A process of its own that takes a project's lock, for the tests: says "held" or "locked: <message>", and holds it until it is
 * killed or its input ends.
 */
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { ProjectLock } from '../../../src-main/services/projects/lock.ts';

const [folder = ''] = process.argv.slice(2);
try {
  const lock = ProjectLock.take(folder, 'cli');
  console.log('held');
  process.stdin.on('end', () => lock.release()).resume();
} catch (thrown) {
  if (!(thrown instanceof FailureError)) throw thrown;
  console.log(`${thrown.failure.kind}: ${thrown.failure.message}`);
}
