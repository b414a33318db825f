import { existsSync } from 'node:fs';
import { readJson } from '../../../files/json.ts';
import { reportRowsOf, type ReportRows } from '../../../jobs/report/rows-setting.ts';
import type { Samples } from '../../../store/results.ts';
import { readSamples } from '../../../store/samples.ts';
import { runPaths } from '../../../store/run-paths.ts';

/** Warning before a report is sent to others. */
export function rowsRemark({ samples, rows }: { samples?: Samples; rows?: ReportRows }): string {
  if (samples === undefined || samples.rows.length === 0 || rows === false) return '';
  return rows === 'redacted'
    ? ' (test rows redacted; check them before you send it)'
    : ' (contains test rows in clear text)';
}

/** The warning for a run whose report was just written. */
export function rowsRemarkOf(folder: string): string {
  const { recipe } = runPaths(folder);
  const rows = existsSync(recipe) ? reportRowsOf({ recipe: readJson(recipe) }) : true;
  return rowsRemark({ samples: readSamples(folder), rows });
}
