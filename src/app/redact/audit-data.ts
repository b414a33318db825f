import { AttuneError, type Problem } from '../../base/errors.ts';
import { plural } from '../../base/format.ts';
import { Audit, Detector, kinds, readLanguage, type KindCounts, kindOfLabel } from '@attune/privacy';
import { rawRows } from '../../data/raw-rows.ts';
import { wilsonInterval } from '../../scoring/statistics/index.ts';
import { labelledRowOf } from './labelled-row.ts';
import type { useCase, AuditResult, KindAudit, Share } from '../use-cases/data-audit.ts';
import type { OptionsOf } from '../use-cases/use-case.ts';
import { loadRecognisers } from './recognisers.ts';

/**
 * Evaluates the recognisers on rows `{ text, spans: [{ start, end, kind }] }`; positions are characters (code
 * points), `end` is exclusive. Formats of other tools are accepted too: `entities: [[0, 4, "PERSON"]]`.
 * @throws AttuneError E_FILE_MISSING, E_LEXICON, E_UNKNOWN_CONTAINER, E_BAD_ROWS, E_NO_ROWS
 */
export async function auditData(
  file: string,
  { recogniser = [], lexicon = [] }: OptionsOf<typeof useCase> = {},
): Promise<AuditResult> {
  const audit = new Audit(
    new Detector({
      more: (await Promise.all(recogniser.map(loadRecognisers))).flat(),
      languages: lexicon.map(readLanguage),
    }),
  );
  const problems: Problem[] = [];
  for await (const { line, value } of rawRows(file, (problem) => problems.push(problem))) {
    const row = labelledRowOf(value, (field, message) => problems.push({ file, line, field, message }));
    if (row !== undefined) audit.add(row.text, row.spans, line);
  }
  if (problems.length > 0)
    throw new AttuneError('E_BAD_ROWS', {
      what: `${plural(problems.length, 'defects')} in labelled rows`,
      problems,
      fix: 'write {"text": "…", "spans": [{"start": 0, "end": 4, "kind": "name"}]}',
    });
  const { rows, kinds: counts, misses, extras } = audit.counts;
  if (rows === 0) throw new AttuneError('E_NO_ROWS', { what: `No rows in ${file}` });
  const named = Object.entries(counts).map(([kind, one]) => sharesOf(kind, one));
  const all = sharesOf('all', total(Object.values(counts)));
  return {
    file,
    rows,
    kinds: named.toSorted((a, b) => (a.kind < b.kind ? -1 : 1)),
    all,
    misses,
    extras,
    unknown: unknowns(counts, all),
  };
}

function sharesOf(kind: string, counts: KindCounts): KindAudit {
  const { covered, labelled, right, found } = counts;
  return { kind, ...counts, recall: share(covered, labelled), precision: share(right, found) };
}

function share(part: number, whole: number): Share | undefined {
  return whole === 0 ? undefined : { value: part / whole, ...wilsonInterval(part, whole) };
}

function total(all: readonly KindCounts[]): KindCounts {
  const sum = (pick: (counts: KindCounts) => number): number =>
    all.reduce((result, counts) => result + pick(counts), 0);
  return {
    labelled: sum((one) => one.labelled),
    covered: sum((one) => one.covered),
    named: sum((one) => one.named),
    found: sum((one) => one.found),
    right: sum((one) => one.right),
  };
}

function unknowns(counts: Record<string, KindCounts>, { recall }: KindAudit): string[] {
  const unseen = kinds.filter((kind) => (counts[kind]?.labelled ?? 0) === 0);
  const strange = Object.keys(counts).filter((kind) => !kinds.includes(kindOfLabel(kind) as never));
  return [
    ...(unseen.length === 0
      ? []
      : [`the sample has no labels of these kinds, so their recall is unknown: ${unseen.join(', ')}`]),
    ...(strange.length === 0
      ? []
      : [`no recogniser has these kinds, so they count as found if any kind covers them: ${strange.join(', ')}`]),
    ...(recall === undefined
      ? []
      : [
          `if the sample is representative, up to ${((1 - recall.low) * 100).toFixed(1)} % of the personal data may remain (95 %)`,
        ]),
    'a finding without a label counts as false, and unlabelled data that was missed is not counted',
    'it is not measured whether people can be identified from a whole row (a rare illness, an office): ' +
      'replacing values does not make data anonymous',
  ];
}
