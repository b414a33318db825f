import { readAssessment } from '../evaluation/assessments/assessment-files.ts';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { listCheckpoints } from '../store/checkpoints.ts';
import { listDataSets, type DataSetRecord } from '../store/data-sets.ts';
import { withIndex } from '../store/index-database.ts';
import { rebuildIndex, type UnreadableRun } from '../store/rebuild.ts';
import { conclusionOf } from '../evaluation/compare/conclusion.ts';
import type { Comparison, Conclusion } from '../store/results.ts';
import { runTimes, type RunTimes } from '../store/run-clock.ts';
import { isRunFolder, readRun } from '../store/run-folder.ts';
import { runPaths } from '../store/run-paths.ts';
import type { RunSummary } from '../store/run-summary.ts';
import { findRun, listRuns, type RunFilter } from '../store/run-records.ts';
import { attach, stop } from '../jobs/worker/index.ts';
import type { useCase as attachCase } from './use-cases/runs-attach.ts';
import type { useCase as stopCase } from './use-cases/runs-stop.ts';
import type { CallOptions, OptionsOf } from './use-cases/use-case.ts';

export type { RunStatus } from '../store/run-summary.ts';
export type { RunFilter } from '../store/run-records.ts';
export type { UnreadableRun } from '../store/rebuild.ts';

/** A run with the contents of its folder. Paths are absolute. */
export interface RunDetails extends RunSummary {
  checkpoints: { step: number; folder: string }[];
  times: RunTimes;
  report?: string;
  /** Whether the result is better than the alternatives without training. */
  comparison?: Pick<Comparison, 'verdict' | 'sentence' | 'conclusion'>;
}

/** A run in a list. */
export interface ListedRun extends RunSummary {
  /** The comparison's advice. */
  conclusion?: Pick<Conclusion, 'outcome' | 'advice'>;
}

/** Adds the conclusions of finished runs' comparisons. */
export function withConclusions(runs: readonly RunSummary[]): ListedRun[] {
  return runs.map((run) => {
    const found = run.status === 'finished' ? readAssessment(run.folder, 'comparison') : undefined;
    if (found === undefined) return run;
    const { outcome, advice } = conclusionOf(found);
    return { ...run, conclusion: { outcome, advice } };
  });
}

export interface RunSearch extends RunFilter {
  folders?: readonly string[];
  /** Called for each folder with a run that cannot be read. */
  onUnreadable?: (run: UnreadableRun) => void;
}

/** The known runs, newest first. Also searches `folders` (default: ./runs) on disk, so that runs copied there are found. */
export async function findRuns(filter: RunSearch = {}): Promise<RunSummary[]> {
  const { folders = ['runs'], onUnreadable, ...wanted } = filter;
  return withIndex(async (index) => {
    await rebuildIndex(
      index,
      folders.filter((folder) => existsSync(folder)),
      onUnreadable,
    );
    return listRuns(index, wanted);
  });
}

/** Rows that known runs were trained on or evaluated with, newest first. Finds runs as `findRuns` does. */
export async function findDataSets({ folders }: { folders?: readonly string[] } = {}): Promise<DataSetRecord[]> {
  await findRuns({ folders });
  return withIndex(listDataSets);
}

/** A run by folder, name, id or the beginning of its id. @throws AttuneError E_RUN_MISSING */
export async function showRun(wanted: string): Promise<RunDetails> {
  const run = readRun(await findRunFolder(wanted));
  const checkpoints = listCheckpoints(run.folder).map(({ step, folder }) => ({ step, folder }));
  const report = runPaths(run.folder).reportHtml;
  const found = readAssessment(run.folder, 'comparison');
  const compared = found && {
    comparison: { verdict: found.verdict, sentence: found.sentence, conclusion: conclusionOf(found) },
  };
  const times = runTimes(run.folder);
  return { ...run, checkpoints, times, ...compared, ...(existsSync(report) ? { report } : {}) };
}

/** Follows a run in any process until it ends. @throws AttuneError E_RUN_MISSING */
export async function attachRun(
  wanted: string,
  { onEvent = () => undefined, signal }: CallOptions<typeof attachCase> = {},
): Promise<RunSummary> {
  const folder = await findRunFolder(wanted);
  for await (const event of attach(folder, { signal })) onEvent(event);
  return readRun(folder);
}

/** Asks a run in any process to save and stop, and waits until it has stopped. @throws AttuneError E_RUN_MISSING, E_RUN_NOT_RUNNING */
export async function stopRun(wanted: string, options: OptionsOf<typeof stopCase> = {}): Promise<RunSummary> {
  const folder = await findRunFolder(wanted);
  return stop(folder, options);
}

/** Folder of a run. A given folder is not looked up in the index, which may be unreadable here. @throws AttuneError E_RUN_MISSING */
export async function findRunFolder(wanted: string): Promise<string> {
  if (isRunFolder(wanted)) return resolve(wanted);
  return (await withIndex((index) => findRun(index, wanted))).folder;
}
