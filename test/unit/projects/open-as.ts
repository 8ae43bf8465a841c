/** Opens a project in a process of its own, for the tests: says the failure, or "opened". */
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { Workspace } from '../../../src-main/services/projects/workspace.ts';

const [folder = '', home = ''] = process.argv.slice(2);
const workspace = new Workspace({ home, door: 'cli', emit: () => undefined });
try {
  await workspace.open(folder);
  console.log(JSON.stringify('opened'));
  await workspace.close();
} catch (thrown) {
  if (!(thrown instanceof FailureError)) throw thrown;
  console.log(JSON.stringify(thrown.failure));
}
