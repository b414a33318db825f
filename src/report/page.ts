import { hash } from 'node:crypto';
import { FILTER_SCRIPT } from './filter-script.ts';
import { html, Html } from './html.ts';
import type { RunReport } from './run-report.ts';
import { classesSection } from './sections/classes.ts';
import { comparisonSection } from './sections/comparison.ts';
import { confusionSection } from './sections/confusion.ts';
import { costsSection } from './sections/costs.ts';
import { timeSection, warningsSection } from './sections/course.ts';
import { curvesSection } from './sections/curves.ts';
import { dataSection } from './sections/data.ts';
import { counterfactualsSection } from './sections/counterfactuals.ts';
import { forgettingSection } from './sections/forgetting.ts';
import { heading } from './sections/heading.ts';
import { progressSection } from './sections/progress.ts';
import { overfittingSection } from './sections/overfitting.ts';
import { reliabilitySection } from './sections/reliability.ts';
import { groundednessSection } from './sections/groundedness.ts';
import { policySection } from './sections/policy.ts';
import { safetySection } from './sections/safety.ts';
import { samplesSection } from './sections/samples.ts';
import { settingsSection } from './sections/settings.ts';
import { STYLE } from './style.ts';

/** What a page that is served, not filed, has besides the report. */
export interface LivePart {
  section: Html;
  /** May ask the page's own server, and nothing else. */
  script: string;
  /** Images that the reader chooses are shown. */
  showsImages?: boolean;
}

/**
 * The report as one file: no network, and a policy that allows the page's own scripts by their hashes and forbids
 * everything else, whatever the data holds.
 */
export function reportPage(report: RunReport, live?: LivePart): string {
  const { run, comparison, samples } = report;
  const scripts = [...(samples === undefined ? [] : [FILTER_SCRIPT]), ...(live === undefined ? [] : [live.script])];
  const hasPictures = samples?.rows.some(({ picture }) => picture !== undefined) ?? false;
  const allowed = { isLive: live !== undefined, hasPictures: hasPictures || live?.showsImages === true };
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${new Html(policy(scripts, allowed))}" />
        <title>${run.name} · attune</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>
          ${heading(report)} ${progressSection(report)} ${live?.section} ${warningsSection(report)}
          ${comparisonSection(comparison)} ${forgettingSection(report.forgetting)}
          ${overfittingSection(report.overfitting)} ${counterfactualsSection(report.counterfactuals)}
          ${safetySection(report.safety)} ${policySection(report.policy)} ${groundednessSection(report.groundedness)}
          ${classesSection(comparison)} ${confusionSection(comparison)} ${reliabilitySection(comparison)}
          ${costsSection(comparison)} ${curvesSection(report)} ${samplesSection(report)} ${dataSection(report)}
          ${timeSection(report)} ${settingsSection(report)}
          <footer>
            Run ${run.id} in ${run.folder}${run.result !== undefined && ` · result in ${run.result}`}. Written by attune
            from the run’s own logs; the same as data: report.json.
          </footer>
        </main>
        ${scripts.map((script) => new Html(`<script>${script}</script>`))}
      </body>
    </html> `;
  return page.text;
}

/** A page's own scripts by their hashes, its own server where it is live, and nothing else. */
export function policy(
  scripts: readonly string[],
  { isLive, hasPictures }: { isLive: boolean; hasPictures: boolean },
): string {
  const hashes = scripts.map((script) => `'sha256-${hash('sha256', script, 'base64')}'`);
  return [
    "default-src 'none'; style-src 'unsafe-inline'",
    ...(hasPictures ? ['img-src data:'] : []),
    ...(hashes.length > 0 ? [`script-src ${hashes.join(' ')}`] : []),
    ...(isLive ? ["connect-src 'self'"] : []),
    "base-uri 'none'; form-action 'none'",
  ].join('; ');
}
