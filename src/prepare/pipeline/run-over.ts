import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSteps, runSteps, type StepSpec } from '../run-steps.ts';
import type { StepContext } from '../step.ts';
import { readItems, writeItems, type Part } from './parts.ts';

/** Runs steps over the items of shards, into shards of the draft. */
export async function runOver(
  paths: readonly string[],
  specs: readonly StepSpec[],
  { draft, context }: { draft: string; context: Omit<StepContext, 'folder'> },
): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-pipeline-'));
  try {
    const opened = await openSteps(specs, { ...context, folder });
    const shards = await writeItems(draft, runSteps(readItems(paths), opened));
    return { shards, reports: opened.map(({ report }) => report) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
