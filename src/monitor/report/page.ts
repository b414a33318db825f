import { html, Html } from './html.ts';
import type { RunReport } from './run-report.ts';
import { comparisonSection } from './sections/comparison.ts';
import { timeSection, warningsSection } from './sections/course.ts';
import { curvesSection } from './sections/curves.ts';
import { dataSection } from './sections/data.ts';
import { heading } from './sections/heading.ts';
import { samplesSection } from './sections/samples.ts';
import { settingsSection } from './sections/settings.ts';
import { STYLE } from './style.ts';

/** The report as one file: no script, no network, and a policy that forbids both whatever the data holds. */
export function reportPage(report: RunReport): string {
  const { run } = report;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${run.name} · attune</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>
          ${heading(report)} ${warningsSection(report)} ${comparisonSection(report.comparison)} ${curvesSection(report)}
          ${samplesSection(report.samples)} ${dataSection(report)} ${timeSection(report)} ${settingsSection(report)}
          <footer>
            Run ${run.id} in ${run.folder}${run.result !== undefined && ` · result in ${run.result}`}. Written by attune
            from the run’s own logs; the same as data: report.json.
          </footer>
        </main>
      </body>
    </html> `;
  return page.text;
}
