import { assessmentSections } from './assessment-sections.ts';
import { FILTER_SCRIPT } from './filter-script.ts';
import { htmlPage } from './html-page.ts';
import { html, type Html } from './html.ts';
import type { RunReport } from './run-report.ts';
import { classesSection } from './sections/classes.ts';
import { confusionSection } from './sections/confusion.ts';
import { costsSection } from './sections/costs.ts';
import { timeSection, warningsSection } from './sections/course.ts';
import { curvesSection } from './sections/curves.ts';
import { dataSection } from './sections/data.ts';
import { heading } from './sections/heading.ts';
import { progressSection } from './sections/progress.ts';
import { reliabilitySection } from './sections/reliability.ts';
import { samplesSection } from './sections/samples.ts';
import { settingsSection } from './sections/settings.ts';

/** Additional parts of a live page. */
export interface LivePart {
  section: Html;
  /** May send requests to the page's own server only. */
  script: string;
  /** Whether it displays images that the reader chooses. */
  showsImages?: boolean;
}

/** The report as a single page. */
export function reportPage(report: RunReport, live?: LivePart): string {
  const { run, comparison, samples } = report;
  const scripts = [...(samples === undefined ? [] : [FILTER_SCRIPT]), ...(live === undefined ? [] : [live.script])];
  const hasPictures = samples?.rows.some(({ picture }) => picture !== undefined) ?? false;
  const main = html`${heading(report)} ${progressSection(report)} ${live?.section} ${warningsSection(report)}
    ${assessmentSections(report)} ${classesSection(comparison)} ${confusionSection(comparison)}
    ${reliabilitySection(comparison)} ${costsSection(comparison)} ${curvesSection(report)} ${samplesSection(report)}
    ${dataSection(report)} ${timeSection(report)} ${settingsSection(report)}
    <footer>
      Run ${run.id} in ${run.folder}${run.result !== undefined && ` · result in ${run.result}`}. Written by attune from
      the run’s own logs; the same as data: report.json.
    </footer>`;
  return htmlPage(main, {
    title: run.name,
    scripts,
    isLive: live !== undefined,
    hasPictures: hasPictures || live?.showsImages === true,
  });
}
