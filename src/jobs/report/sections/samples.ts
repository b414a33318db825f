import { entryOf } from '../../../base/table.ts';
import { formatCount, formatNumber, plural } from '../../../base/format.ts';
import type { Comparison, SampleAnswer, SampleRow, Samples } from '../../../store/results.ts';
import { html, type Html } from '../html.ts';
import type { RunReport } from '../run-report.ts';

/** Layout of each row. */
interface Layout {
  /** Name of the judged system. */
  subject: string;
  /** Answers next to the expected one. */
  first: Samples['systems'];
  /** Answers behind a click. */
  rest: Samples['systems'];
  /** The deciding metric; its value is shown with each answer. */
  metric?: { name: string; title: string };
  /** The rival that "worse" and "better" refer to. */
  against?: Rival;
}

interface Rival {
  name: string;
  title: string;
  /** Whether it is the model that the subject was tuned from: only then can an answer "get worse". */
  isBase: boolean;
}

const KIND_SHOWN_FIRST = 'base';

/** Answers to held-out rows side by side, worst first, with filter and search. */
export function samplesSection({
  samples,
  comparison,
  rows,
}: Pick<RunReport, 'samples' | 'comparison' | 'rows'>): Html | undefined {
  if (samples === undefined || samples.rows.length === 0) return undefined;
  const layout = layoutOf(samples, comparison);
  const { against } = layout;
  const all = comparison?.rows ?? samples.rows.length;
  const chosen = samples.rows.length < all && ` of ${formatCount(all)}`;
  return html`<section class="samples">
    <h2>Answers side by side</h2>
    <p class="soft">
      ${formatCount(samples.rows.length)}${chosen} held-out rows${chosen && ', those that changed most among them'},
      answered by
      each${against !== undefined && `; worse and better compare with ${against.title}, the strongest rival`}. Worse
      answers come first.
    </p>
    ${rowsNote(rows)} ${controls(samples, layout)} ${samples.rows.map((row, index) => sample(row, index, layout))}
    <p class="soft none" hidden>No rows match.</p>
    <p class="more" hidden><button type="button">Show more</button></p>
  </section>`;
}

/** Warns that readers of a forwarded file see the rows. */
function rowsNote(rows: RunReport['rows']): Html | undefined {
  if (rows === 'redacted')
    return html`<p class="notice fair">
      Apparent personal data was replaced in these rows. No search finds all of it: check the rows before you send this
      file.
    </p>`;
  if (rows !== true) return undefined;
  return html`<p class="notice fair">
    This file contains these rows in clear text, as report.json does. Before you send it:
    <code>attune runs open RUN --rows redacted</code> rewrites it without personal data,
    <code>--rows none</code> without the rows; <code>evaluation.report_rows</code> sets this for every run of a recipe.
  </p>`;
}

function layoutOf({ systems }: Samples, comparison: Comparison | undefined): Layout {
  const subject = comparison?.subject ?? systems[0].name;
  const rival = comparison?.flips.against;
  const bases = comparison?.systems.filter(({ kind }) => kind === KIND_SHOWN_FIRST).map(({ name }) => name) ?? [];
  const wanted = comparison === undefined ? systems.map(({ name }) => name) : [subject, rival, ...bases];
  const first = [...new Set(wanted)].flatMap((name) => systems.find((system) => system.name === name) ?? []);
  return {
    subject,
    first,
    rest: systems.filter((system) => !first.includes(system)),
    metric: comparison?.metrics.find(({ name }) => name === comparison.metric),
    against: rivalOf(
      systems.find(({ name }) => name === rival),
      comparison,
    ),
  };
}

function rivalOf(rival: Samples['systems'][number] | undefined, comparison?: Comparison): Rival | undefined {
  if (rival === undefined) return undefined;
  const kind = comparison?.systems.find(({ name }) => name === rival.name)?.kind;
  return { ...rival, isBase: kind === KIND_SHOWN_FIRST };
}

const FILTERS = [
  { value: 'all', label: 'All' },
  { value: 'worse', label: 'Worse' },
  { value: 'better', label: 'Better' },
  { value: 'invalid', label: 'Invalid' },
] as const;

/** Hidden until the page's script has initialised them. */
function controls({ rows }: Samples, { subject }: Layout): Html {
  const counts = {
    all: rows.length,
    worse: rows.filter(({ change }) => change === 'worse').length,
    better: rows.filter(({ change }) => change === 'better').length,
    invalid: rows.filter((row) => isInvalid(row, subject)).length,
  };
  return html`<form class="controls" role="search" aria-label="Filter of answers" hidden>
    <fieldset>
      <legend>Show</legend>
      ${FILTERS.filter(({ value }) => value !== 'invalid' || isChecked(rows, subject)).map(({ value, label }) => {
        const attributes = html`name="shown" value="${value}"`;
        const isAll = value === 'all';
        return html`<label
          >${isAll ? html`<input type="radio" ${attributes} checked />` : html`<input type="radio" ${attributes} />`}
          <span>${label} <b>${formatCount(counts[value])}</b></span></label
        >`;
      })}
    </fieldset>
    <label class="search"
      >Search <input type="search" name="words" autocomplete="off" placeholder="in all texts"
    /></label>
    <output class="soft small" aria-live="polite"></output>
  </form>`;
}

/** Whether a metric checked the format of the answers. */
function isChecked(rows: readonly SampleRow[], subject: string): boolean {
  return rows.some(({ answers }) => entryOf(answers, subject)?.valid !== undefined);
}

function isInvalid({ answers }: SampleRow, subject: string): boolean {
  return entryOf(answers, subject)?.valid === false;
}

const CHANGES = {
  worse: { tone: 'bad', mark: '▼' },
  better: { tone: 'good', mark: '▲' },
  same: undefined,
} as const;

function changeBadge(row: SampleRow, layout: Layout): Html | undefined {
  const change = CHANGES[row.change];
  return change && html`<span class="badge ${change.tone}">${change.mark} ${changeInWords(row, layout)}</span>`;
}

/** "got worse" relative to the model's own base; relative to other systems, which of the two is right. */
function changeInWords({ answers, change }: SampleRow, { against, metric, subject }: Layout): string {
  if (against === undefined || against.isBase) return `got ${change}`;
  const scores = [subject, against.name].map((name) => entryOf(entryOf(answers, name)?.scores, metric?.name ?? ''));
  if (!scores.every((score) => score === 0 || score === 1)) return `${change} than ${against.title}`;
  return change === 'worse' ? `wrong, ${against.title} right` : `right, ${against.title} wrong`;
}

function sample(row: SampleRow, index: number, layout: Layout): Html {
  const invalid = isInvalid(row, layout.subject) ? 'yes' : 'no';
  return html`<article
    class="sample"
    aria-label="Row ${index + 1}"
    data-change="${row.change}"
    data-invalid="${invalid}"
  >
    <p class="about small">
      ${changeBadge(row, layout)} ${row.label !== undefined && html`<span class="soft">class ${row.label}</span>`}
      <span class="soft">row <code>${row.id}</code></span>
    </p>
    ${asked(row)}
    <div class="answers">${wanted(row)}${layout.first.map((system) => answered(row, system, layout))}</div>
    ${layout.rest.length > 0 && others(row, layout)}
  </article>`;
}

/** Input of the row: its text or its file. */
export function asked({ prompt, file, picture }: Pick<SampleRow, 'prompt' | 'file' | 'picture'>): Html {
  if (file === undefined) return said(prompt, 'prompt');
  return html`<figure class="file">
    ${picture !== undefined && html`<img src="${picture}" alt="" />`}
    <figcaption><code>${file}</code></figcaption>
  </figure>`;
}

export function wanted({ expected }: Pick<SampleRow, 'expected'>): Html | undefined {
  if (expected === undefined) return undefined;
  return html`<div class="wanted">
    <h3>expected</h3>
    ${said(expected)}
  </div>`;
}

export function matchOf({ expected }: Pick<SampleRow, 'expected'>, answer: string): Html | undefined {
  return expected?.trim() === answer.trim() ? html` <span class="match">✓ as expected</span>` : undefined;
}

function others(row: SampleRow, layout: Layout): Html {
  return html`<details>
    <summary>${plural(layout.rest.length, 'other systems')}</summary>
    <div class="answers">${layout.rest.map((system) => answered(row, system, layout))}</div>
  </details>`;
}

function answered(row: SampleRow, { name, title }: Samples['systems'][number], layout: Layout): Html {
  const answer = entryOf(row.answers, name) ?? { text: '', scores: {} };
  const match = matchOf(row, answer.text);
  return html`<div class="${name === layout.subject ? 'latest' : ''}">
    <h3>
      ${title}${match}${
        answer.valid === false && html` <span class="badge bad">invalid</span>`
      }${match === undefined && scoreOf(answer, layout)}
    </h3>
    ${said(answer.text)}
  </div>`;
}

function scoreOf({ scores }: SampleAnswer, { metric }: Layout): Html | undefined {
  const value = metric && entryOf(scores, metric.name);
  if (metric === undefined || value === undefined) return undefined;
  return html` <span class="score" title="${metric.title}">${formatNumber(value, 3)}</span>`;
}

const LONG = 1200;

/** Trims surrounding space, which metrics ignore as well. Long text scrolls in place, also by keyboard. */
export function said(whole: string, role = ''): Html {
  const text = whole.trim();
  if (text === '') return html`<p class="soft">(nothing)</p>`;
  if (text.length < LONG) return html`<p class="said ${role}">${text}</p>`;
  return html`<p class="said long ${role}" tabindex="0">${text}</p>`;
}
