/** A page about a data set: its contents, what was left out and why, with sample rows for every number. */
import { join } from 'node:path';
import { formatCount, plural } from '../../../base/format.ts';
import { writeFileAtomic } from '../../../files/atomic.ts';
import { splitNames } from '../../../data/index.ts';
import type { DataSetManifest, DataSurvey } from '../../../preparation/index.ts';
import { barChart } from '../chart/bars.ts';
import { forWindows } from '../chart/frame.ts';
import { lengthFigure } from '../length-figure.ts';
import { htmlPage } from '../html-page.ts';
import { html, type Html } from '../html.ts';
import { dataTable } from '../data-table.ts';
import { tiles, type Tile } from '../figure-tiles.ts';
import { peopleSections } from './people-sections.ts';
import { RowLists } from './row-lists.ts';
import { stepsSection } from './steps-section.ts';
import { examplesSection, type ShownExample } from './examples-section.ts';
import { DATA_STYLE } from './data-style.ts';

export type { ShownExample } from './examples-section.ts';

export interface DataReportParts {
  manifest: DataSetManifest;
  survey: DataSurvey;
  /** Rows as a model sees them, if a model was named. */
  examples?: { tokenizer: string; rows: readonly ShownExample[] };
}

/** Writes data-report.html into the data set's folder; the page uses neither network nor scripts. */
export function writeDataReport(folder: string, parts: DataReportParts): string {
  const path = join(folder, 'data-report.html');
  writeFileAtomic(path, dataReportPage(parts));
  return path;
}

type Section = Html | readonly Html[] | undefined;

function dataReportPage(parts: DataReportParts): string {
  const { manifest } = parts;
  const lists = new RowLists();
  const sections = sectionsOf(parts, lists);
  const main = html`<header>
      <h1>${manifest.name}</h1>
      <p class="lead">Data set <code>${manifest.hash}</code></p>
    </header>
    ${sections} ${lists.section()}
    <footer>Written by attune from the data set’s own manifest and rows; the same as data: manifest.json.</footer>`;
  return htmlPage(main, { title: manifest.name, style: DATA_STYLE });
}

function sectionsOf({ manifest, survey, examples }: DataReportParts, lists: RowLists): Section[] {
  const total = survey.lengths.rows;
  return [
    counts(manifest, survey, lists),
    stepsSection(manifest, lists),
    html`<section>
      <h2>Length</h2>
      ${lengthFigure(survey.lengths, 'characters')}
    </section>`,
    groupSection('Labels', survey.labels, { total, lists }),
    peopleSections(survey.groups, lists),
    groupSection('Flags on rows that were kept', survey.flags, { total, lists }),
    examplesSection(examples),
    groupSection('Sources', survey.sources, { total, lists }),
    filesSection(manifest),
  ];
}

function counts({ rows, files, split }: DataSetManifest, { splits }: DataSurvey, lists: RowLists): Html {
  const ordered = splitNames.flatMap((split) => splits.find(({ name }) => name === split) ?? []);
  const total = rows.train + rows.validation + rows.test;
  return tiles([
    ['Rows', formatCount(total)],
    ...ordered.map(({ name, rows: count, first }): Tile => {
      return [name, lists.link(formatCount(count), { title: `Rows of ${name}`, count, first })];
    }),
    ['Files read', formatCount(files.read), `of ${formatCount(files.files)}`],
    [
      'Kept together',
      formatCount(split.clusteredRows),
      `in ${plural(split.clusters, 'sets')}, ${togetherBy(split)}: no set is in two splits`,
    ],
    split.leftOut !== undefined && [
      'Left out by the split',
      formatCount(split.leftOut),
      'on the other side in time than the rest of their set',
    ],
  ]);
}

/** Explains why rows are kept on one side of the split. */
function togetherBy({ by, groupBy = [] }: DataSetManifest['split']): string {
  const of = [...(by === 'document' ? ['document'] : []), ...groupBy];
  return [...of.map((what) => `of one ${what}`), 'alike'].join(' or ');
}

const MOST_BARS = 20;

/** Shares are of all rows; a row can have several flags. */
function groupSection(
  title: string,
  groups: DataSurvey['labels'],
  { total, lists }: { total: number; lists: RowLists },
): Html | undefined {
  if (groups.length === 0) return undefined;
  const bars = groups.slice(0, MOST_BARS).map(({ name, rows }) => {
    return { label: name, value: rows, text: `${((100 * rows) / total).toFixed(1)} % of rows` };
  });
  return html`<section>
    <h2>${title}</h2>
    ${forWindows((size) => barChart({ title, description: `${plural(groups.length, 'groups')}, the largest ${groups[0].name}.`, bars, ...size }))}
    ${dataTable(
      ['', '+'],
      groups.map(({ name, rows, first }) => [
        name,
        lists.link(formatCount(rows), { title: `${title}: ${name}`, count: rows, first }),
      ]),
    )}
  </section>`;
}

/** Files skipped entirely or in part. */
function filesSection({ files }: DataSetManifest): Html | undefined {
  const skipped = Object.entries(files.skipped);
  const notes = Object.entries(files.notes);
  if (skipped.length + notes.length === 0) return undefined;
  return html`<section>
    <h2>Not read</h2>
    ${skipped.map(([reason, { count, first }]) => {
      const places = first.map(({ file, message }) => html`<code>${file}</code> ${message}`);
      return folded(count, `files: ${reason}`, places);
    })}
    ${notes.map(([reason, { count, first }]) => folded(count, `left out of files that were read: ${reason}`, first))}
  </section>`;
}

function folded(count: number, told: string, places: readonly (Html | string)[]): Html {
  return html`<details>
    <summary><b>${formatCount(count)}</b> ${told}</summary>
    <ul>
      ${places.map((place) => html`<li>${place}</li>`)}
    </ul>
  </details>`;
}
