import { resolve } from 'node:path';
import { writeFileAtomic } from '../../files/atomic.ts';
import { writeJson } from '../../files/json.ts';
import { runPaths } from '../../store/run-paths.ts';
import { reportPage } from './page.ts';
import { readReport, type RunReport } from './run-report.ts';

export type { RunReport } from './run-report.ts';

/** Writes report.html and report.json from what the run's folder holds now. Errors: E_RUN_MISSING and those of writing. */
export function writeReport(folder: string): RunReport {
  const report = readReport(resolve(folder));
  const paths = runPaths(report.run.folder);
  writeJson(paths.reportJson, report);
  writeFileAtomic(paths.reportHtml, reportPage(report));
  return report;
}
