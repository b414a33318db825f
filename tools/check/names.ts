/**
 * File names in src/: no two files with different content share one. Entries of tables may, since the table tells them
 * apart.
 */
import { basename, dirname } from 'node:path';
import type { Check } from './check.ts';
import { listFiles } from './source-files.ts';

/** Folders whose files are entries of a table: an objective and a metric may share a name. */
const TABLES: readonly string[] = [
  'answering/baselines',
  'answering/tasks',
  'answering/tasks/answers',
  'app/import/importers',
  'app/page/answerers',
  'app/quickstart/tasks',
  'app/use-cases',
  'app/use-cases/text',
  'data/formats',
  'data/kinds',
  'evaluation/assessments',
  'jobs/compare/systems',
  'jobs/report/sections',
  'methods/storages',
  'methods/tunings',
  'models/architectures',
  'models/heads',
  'monitoring/signals',
  'preparation/steps',
  'scoring/metrics',
  'serving/endpoints',
  'serving/schemas',
  'training/objectives',
  'training/objectives/rewards',
  'training/optimizers',
];
/** Folders of the same structure, with corresponding files. */
const TWINS: readonly (readonly string[])[] = [
  ['models/decoder', 'models/encoder'],
  ['engine/audio', 'engine/image'],
];

export const names: Check = {
  name: 'names',
  run(root) {
    const files = listFiles(root, ['src'], ['.ts'])
      .map((file) => file.slice('src/'.length))
      .filter((file) => !isExempt(file));
    const byName = Map.groupBy(files, (file) => basename(file));
    return [...byName.values()]
      .filter((same) => same.length > 1 && !areTwins(same))
      .map((same) => `${same.join(' and ')} have one name: say in each what is in it`);
  },
};

/** Whether another file may have the same name: an entry of a table, an index, or the main file of a folder. */
function isExempt(file: string): boolean {
  const [folder, name] = [dirname(file), basename(file, '.ts')];
  return name === 'index' || name === basename(folder) || TABLES.includes(folder);
}

function areTwins(files: readonly string[]): boolean {
  return TWINS.some((folders) => files.every((file) => folders.includes(dirname(file))));
}
