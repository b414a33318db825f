import { writeReport, type ReportRows, type RunReport } from '../../jobs/report/index.ts';
import { withIndex } from '../../store/index-database.ts';
import { isRunFolder } from '../../store/run-folder.ts';
import { runPaths } from '../../store/run-paths.ts';
import { findRun } from '../../store/run-records.ts';
import { writeModelCard } from '../../jobs/train/result/result-card.ts';

export interface WrittenReport {
  html: string;
  json: string;
  report: RunReport;
}

/**
 * Writes report.html and report.json of a run and its result's model card, from what its folder holds now. The worker
 * does so at a run's end; this is for what came later: samples, a comparison. `wanted` is the run's folder, id or name; `rows`: whether
 * they hold rows of the data, in place of what the recipe says.
 * Errors: E_RUN_MISSING.
 */
export async function reportRun(wanted: string, rows?: ReportRows): Promise<WrittenReport> {
  const report = await writeReport(await findFolder(wanted), rows);
  const { folder, result } = report.run;
  if (result !== undefined) writeModelCard(folder, result);
  const { reportHtml, reportJson } = runPaths(report.run.folder);
  return { html: reportHtml, json: reportJson, report };
}

/** A folder needs no index, which might not be writable here. */
async function findFolder(wanted: string): Promise<string> {
  if (isRunFolder(wanted)) return wanted;
  return (await withIndex((index) => findRun(index, wanted))).folder;
}
