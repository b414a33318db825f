import { resolve } from 'node:path';
import { writeFileAtomic } from '../../files/atomic.ts';
import { writeJson } from '../../files/json.ts';
import { runPaths } from '../../store/run-paths.ts';
import { withReportRows } from './report-rows.ts';
import { reportRowsOf, type ReportRows } from './rows-setting.ts';
import { reportPage } from './report-page.ts';
import { readReport, type RunReport } from './run-report.ts';

export type { ReportRows } from './rows-setting.ts';
export type { RunReport } from './run-report.ts';

/**
 * Writes report.html and report.json from the current contents of the run's folder. `rows` overrides the recipe's
 * setting for data rows in them. Errors: E_RUN_MISSING and those of writing.
 */
export async function writeReport(folder: string, rows?: ReportRows): Promise<RunReport> {
  const read = readReport(resolve(folder));
  const report = await withReportRows(read, rows ?? reportRowsOf(read));
  const paths = runPaths(report.run.folder);
  writeJson(paths.reportJson, report);
  writeFileAtomic(paths.reportHtml, reportPage(report));
  return report;
}
