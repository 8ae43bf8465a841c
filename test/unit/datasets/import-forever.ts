/** A process that imports, says how far it is, and is killed by its test. Arguments: project, source. */
import { Datasets } from '../../../src-main/services/datasets/datasets.ts';
import { Workspace } from '../../../src-main/services/projects/workspace.ts';

const [project = '', source = '', home = ''] = process.argv.slice(2);
const workspace = new Workspace({
  home,
  door: 'cli',
  emit: (event, payload) => {
    if (event === 'job.changed' && 'job' in payload) console.log(payload.job.done);
  },
});
await workspace.open(project);
const datasets = new Datasets(workspace, () => undefined);
datasets.startImport({
  source,
  format: 'folders',
  name: 'faces',
  split: { shares: { train: 0.8, val: 0.2 }, seed: 1 },
});
