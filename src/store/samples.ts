/** Samples of a comparison, separate from their schema so that help texts need not load it. */
import { writeJson } from '../files/json.ts';
import { readVersioned } from './read-versioned.ts';
import type { Samples } from './results.ts';
import { runPaths } from './run-paths.ts';

export function writeSamples(folder: string, samples: Samples): void {
  writeJson(runPaths(folder).samples, samples);
}

export function readSamples(folder: string): Samples | undefined {
  return readVersioned(runPaths(folder).samples, 2);
}
