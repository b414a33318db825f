import { assessmentSections } from './assessment-sections.ts';
import { filterSamples } from './filter-samples.ts';
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
import { watchedSection } from './sections/watched.ts';

/** The report as a single page. */
export function reportPage(report: RunReport): string {
  const { run, samples } = report;
  const { head, rest } = reportParts(report);
  return htmlPage(html`${head} ${rest}`, {
    title: run.name,
    scripts: samples === undefined ? [] : [`(${filterSamples.toString()})(document)`],
    hasPictures: samples?.rows.some(({ picture }) => picture !== undefined),
  });
}

/** The parts of a report: the verdict and the most important numbers, then everything else. */
export function reportParts(report: RunReport): { head: Html; rest: Html } {
  const { run, comparison } = report;
  const rest = html`${warningsSection(report)} ${assessmentSections(report)} ${classesSection(comparison)}
    ${confusionSection(comparison)} ${reliabilitySection(comparison)} ${costsSection(comparison)}
    ${curvesSection(report)} ${watchedSection(report)} ${samplesSection(report)} ${dataSection(report)}
    ${timeSection(report)} ${settingsSection(report)}
    <footer>
      Run ${run.id} in ${run.folder}${run.result !== undefined && ` · result in ${run.result}`}. Written by attune from
      the run’s own logs; the same as data: report.json.
    </footer>`;
  return { head: html`${heading(report)} ${progressSection(report)}`, rest };
}
