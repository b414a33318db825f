/** Whether a shareable report contains data rows in full, redacted of personal data, or not at all. */
export type ReportRows = boolean | 'redacted';

/** The recipe's setting. */
export function reportRowsOf({ recipe }: { recipe?: unknown }): ReportRows {
  const { report_rows: rows = true } =
    (recipe as { evaluation?: { report_rows?: ReportRows } } | undefined)?.evaluation ?? {};
  return rows;
}
