import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { plural } from '../../base/format.ts';
import { findDocuments } from '@attune/documents';
import { isBucketUrl } from '../../store/objects/s3-url.ts';
import { dataPipeline } from '../data-pipeline.ts';
import type { Deployment } from './pipeline-file.ts';
import type { Stage } from './stage.ts';

/** The data set that all runs read. */
export interface DataOutput {
  hash: string;
  rows: { train: number; validation: number; test: number };
}

export const dataFolder = ({ folder }: Deployment): string => join(folder, 'data');

/** Files of a split, as a recipe names them. */
export const partOf =
  (deployment: Deployment) =>
  (split: keyof DataOutput['rows']): string =>
    join(dataFolder(deployment), `${split}-*.jsonl`);

/**
 * Builds the data set: reads the sources, applies steps and redaction, and splits the rows. Its parts are cached, so
 * that only changed documents are read.
 */
export const dataStage: Stage = {
  name: 'data',
  inputs: async ({ deployment }) => ({ pipeline: deployment.data, sources: await listSources(deployment) }),
  async run({ deployment, onEvent, signal }) {
    const { data, home } = deployment;
    const { manifest } = await dataPipeline(data, { output: dataFolder(deployment), base: home, onEvent, signal });
    const { hash, rows } = manifest;
    const told = `${plural(rows.train, 'training rows')}, ${rows.validation} to validate, ${rows.test} to test`;
    return { output: { hash, rows } satisfies DataOutput, told };
  },
  isThere: ({ deployment }) => existsSync(join(dataFolder(deployment), 'manifest.json')),
};

/** Name, size and time of change of every document. */
async function listSources({ data, home }: Deployment): Promise<Record<string, string>> {
  const found = new Map<string, string>();
  for (const source of [data.sources].flat()) {
    // Objects are listed by the data pipeline itself, so that its stage always runs.
    if (isBucketUrl(source)) found.set(source, `seen ${Date.now()}`);
    else {
      for await (const { path, name } of findDocuments([source], home)) {
        const { size, mtimeMs } = statSync(path);
        found.set(name, `${size} bytes, ${Math.floor(mtimeMs)}`);
      }
    }
  }
  return Object.fromEntries(found);
}
