import { entryOf } from '../../../base/table.ts';
import { formatCount, formatNumber, plural } from '../../../base/format.ts';
import { greatest, smallest } from '../../../base/many.ts';
import { answerNotes } from '../../../evaluation/compare/answer-notes.ts';
import { systemTitle } from '../../../evaluation/compare/describe-pair.ts';
import type { ComparedMetric, ComparedSystem, Comparison, Verdict } from '../../../store/results.ts';
import { html, type Html } from '../html.ts';
import { differencesTable } from './differences.ts';
import { systemTable } from './system-table.ts';

/** The tuned model next to all systems that it was compared with. */
export function comparisonSection(comparison: Comparison | undefined): Html | undefined {
  if (comparison === undefined) return undefined;
  const { metric } = comparison;
  const metrics = plainMetrics(comparison);
  const [deciding, ...others] = metrics.toSorted((a, b) => Number(b.name === metric) - Number(a.name === metric));
  return html`<section>
    <h2>Did it help?</h2>
    <p class="soft">${groundRules(comparison, deciding)}</p>
    ${differencesTable(comparison, deciding)} ${others.map((other) => furtherMetric(comparison, other))}
    ${metricTable(comparison, metrics)} ${toldOfAnswers(comparison)} ${skippedSystems(comparison)}
    <p class="soft small notes">${method(comparison)}</p>
  </section>`;
}

/** The confusion table has its own chart; its value is the accuracy. */
function plainMetrics({ metric, metrics, systems }: Comparison): ComparedMetric[] {
  const isTable = (name: string) => systems.some(({ values }) => entryOf(values, name)?.details?.table !== undefined);
  return metrics.filter(({ name }) => name === metric || !isTable(name));
}

function groundRules(comparison: Comparison, { title, better }: ComparedMetric): string {
  const { rows, groups, split, available, subject, systems } = comparison;
  const judged = systems.find(({ name }) => name === subject)!;
  const sample = available === undefined || available === rows ? '' : ` (a sample of ${formatCount(available)})`;
  const grouped = groups === undefined ? '' : ` in ${plural(groups, 'groups')}`;
  return (
    `${plural(rows, 'rows')} of “${split}”${sample}${grouped}, the same for every system and not used ` +
    `to train any of them. Decided by ${title}: ${better} is better; a difference above zero means ` +
    `that ${systemTitle(judged)} did better.`
  );
}

/** A metric that does not decide: one line, with details on demand. */
function furtherMetric(comparison: Comparison, metric: ComparedMetric): Html | undefined {
  const table = differencesTable(comparison, metric);
  if (table === undefined) return undefined;
  const ofMetric = comparison.differences.filter((one) => one.metric === metric.name);
  const count = (verdict: Verdict) => ofMetric.filter((one) => one.verdict === verdict).length;
  const parts = [
    { number: count('better'), word: 'better than' },
    { number: count('no-evidence'), word: 'undecided against' },
    { number: count('worse'), word: 'worse than' },
  ].filter(({ number }) => number > 0);
  const told = parts.map(({ number, word }) => `${word} ${number}`).join(', ');
  return html`<details class="printed">
    <summary><b>${metric.title}</b>, ${metric.better} is better: ${told}</summary>
    ${table}
  </details>`;
}

/** All metrics of all systems; omitted if there is only the deciding one. */
function metricTable(comparison: Comparison, metrics: readonly ComparedMetric[]): Html | undefined {
  if (metrics.length < 2) return undefined;
  const { systems } = comparison;
  return html`<h3 class="apart">All figures</h3>
    ${systemTable(comparison, {
      label: 'All figures',
      titles: metrics.map((metric) => ({ name: metric.title, remark: inWords(metric) })),
      cells: (system) => metrics.map((metric) => figure(system, metric, systems)),
    })}`;
}

function inWords({ better, isProperty }: ComparedMetric): string {
  return isProperty === true ? 'neither is better' : `${better} is better`;
}

function figure(system: ComparedSystem, metric: ComparedMetric, systems: readonly ComparedSystem[]): Html | string {
  const { name, better, isProperty } = metric;
  const value = entryOf(system.values, name)?.value;
  const all = isProperty === true ? [] : systems.flatMap((other) => entryOf(other.values, name)?.value ?? []);
  const isBest =
    value !== undefined && all.length > 1 && value === (better === 'higher' ? greatest(all) : smallest(all));
  const text = formatNumber(value ?? Number.NaN, 3);
  return isBest ? html`<span class="best" title="the best">${text}</span>` : text;
}

function toldOfAnswers(comparison: Comparison): Html | undefined {
  const notes = answerNotes(comparison);
  if (notes.length === 0) return undefined;
  return html`<h3 class="apart">Answers that were cut off or are not numbers</h3>
    <ul class="problems small">
      ${notes.map((note) => html`<li>${note}</li>`)}
    </ul>`;
}

function skippedSystems({ leftOut, skipped }: Comparison): Html | undefined {
  if (skipped.length === 0 && leftOut === undefined) return undefined;
  return html`<h3 class="apart">Not compared</h3>
    <ul class="problems small">
      ${leftOut && html`<li>${plural(leftOut.rows, 'rows')}: ${leftOut.reason}</li>`}
      ${skipped.map(({ name, reason }) => html`<li><code>${name}</code>: ${reason}</li>`)}
    </ul>`;
}

/** How intervals and p-values were computed. */
function method({ cheapChosenOn, confidence, differences, groups, seed }: Comparison): string {
  const tests = [...new Set(differences.map(({ test }) => test))].join(', ');
  const unit = groups === undefined ? 'rows' : 'whole groups of rows (of one customer, or of nearly the same text)';
  const chosen =
    cheapChosenOn === undefined
      ? ''
      : ` Among cheap systems the verdict uses the best one on ${cheapChosenOn === 'test' ? 'these rows, which favours it' : 'the validation rows'}.`;
  return (
    `Intervals are ${formatNumber(confidence * 100)} %, from paired resampling of ${unit} with seed ` +
    `${seed}; p-values (${tests}) are corrected by Holm’s method for the number of systems compared, ` +
    'so a verdict may be “probably” although its interval excludes 0. “Detectable” is the difference ' +
    `that this number of rows detects in four of five tries.${chosen}`
  );
}
