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
 * Writes a run's report.html and report.json, and its result's model card, from the folder's current contents. The
 * worker does so at the end of a run; this function includes later assessments. `wanted` is the run's folder, id or
 * name; `rows` overrides the recipe's setting for including rows of the data.
 * @throws AttuneError E_RUN_MISSING
 */
export async function reportRun(wanted: string, rows?: ReportRows): Promise<WrittenReport> {
  const report = await writeReport(await findFolder(wanted), rows);
  const { folder, result } = report.run;
  if (result !== undefined) writeModelCard(folder, result);
  const { reportHtml, reportJson } = runPaths(report.run.folder);
  return { html: reportHtml, json: reportJson, report };
}

/** A given folder is not looked up in the index, which may not be writable here. */
async function findFolder(wanted: string): Promise<string> {
  if (isRunFolder(wanted)) return wanted;
  return (await withIndex((index) => findRun(index, wanted))).folder;
}
