/**
 * Recall and precision on every set of fixtures/pii, before packages/privacy/src was written and now:
 * `node makers/privacy/evaluate.ts [--mails PACKAGE_FOLDER] [--sets 8,9] [--kinds] [--misses FILE]`. The tagger was
 * trained on sets 1 to 7. A label counts as found if all its letters and digits would be replaced; a finding is correct
 * if it overlaps a label. The last column counts rows without labels in which something is found.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Audit, Detector, type AuditCase, type KindCounts } from '@attune/privacy';
import { labelledSet, setNumbers, type LabelledRow } from './labelled-sets.ts';

type Counts = Record<string, KindCounts>;

const { values } = parseArgs({
  options: {
    mails: { type: 'string' },
    sets: { type: 'string' },
    kinds: { type: 'boolean', default: false },
    misses: { type: 'string' },
  },
});
const before = JSON.parse(readFileSync(new URL('before.json', import.meta.url), 'utf8')) as Record<
  string,
  { rows: number; kinds: Counts }
>;
const readMail = values.mails && ((path: string) => readFileSync(join(values.mails!, 'data', path)));
const chosen = values.sets?.split(',').map(Number) ?? setNumbers;
const detector = new Detector();
const cases: { set: string; misses: AuditCase[]; extras: AuditCase[] }[] = [];
const NONE: KindCounts = { labelled: 0, covered: 0, named: 0, found: 0, right: 0 };
const totals: [Counts, Counts] = [{}, {}];
const plainTotals = { rows: 0, hit: 0 };

console.log(
  '| set | labels | recall before | now | precision before | now | hit without labels |\n|---|---|---|---|---|---|---|',
);
for (const number of chosen) {
  const rows = labelledSet(number, readMail || undefined);
  for (const source of ['written', 'mail'] as const) {
    const some = rows.filter((row) => row.source === source);
    if (some.length > 0) compare(`${number} ${source}`, some);
  }
}
console.log(`${lineOf('all', totals)} ${plainTotals.hit} of ${plainTotals.rows} |`);
if (values.kinds) {
  console.log('\n| kind | labelled | recall before | now | precision before | now |\n|---|---|---|---|---|---|');
  for (const kind of Object.keys(totals[1]).toSorted())
    console.log(lineOf(kind, totals.map((counts) => ({ [kind]: counts[kind] ?? NONE })) as [Counts, Counts]));
}
if (values.misses !== undefined) writeFileSync(values.misses, JSON.stringify(cases, undefined, 1));

function compare(name: string, rows: readonly LabelledRow[]): void {
  const audit = new Audit(detector);
  for (const [index, { text, spans }] of rows.entries()) audit.add(text, spans, index + 1);
  const { kinds, misses, extras } = audit.counts;
  const plain = rows.flatMap(({ spans }, index) => (spans.length === 0 ? [index + 1] : []));
  const hit = new Set(extras.map(({ line }) => line));
  const hits = plain.filter((line) => hit.has(line)).length;
  plainTotals.rows += plain.length;
  plainTotals.hit += hits;
  cases.push({ set: name, misses, extras });
  add(totals[0], before[name]?.kinds ?? {});
  add(totals[1], kinds);
  console.log(`${lineOf(name, [before[name]?.kinds ?? {}, kinds])} ${hits} of ${plain.length} |`);
}

function add(into: Counts, more: Counts): void {
  for (const [kind, counts] of Object.entries(more)) {
    const sum = (into[kind] ??= { ...NONE });
    for (const key of Object.keys(sum) as (keyof KindCounts)[]) sum[key] += counts[key];
  }
}

function lineOf(name: string, [old, now]: [Counts, Counts]): string {
  const [one, other] = [sumOf(old), sumOf(now)];
  return `| ${[name, other.labelled, recall(one), recall(other), precision(one), precision(other)].join(' | ')} |`;
}

function sumOf(counts: Counts): KindCounts {
  const sum = { all: { ...NONE } };
  for (const one of Object.values(counts)) add(sum, { all: one });
  return sum.all;
}

function recall({ covered, labelled }: KindCounts): string {
  return labelled === 0 ? '–' : (covered / labelled).toFixed(3);
}

function precision({ right, found }: KindCounts): string {
  return found === 0 ? '–' : (right / found).toFixed(3);
}
