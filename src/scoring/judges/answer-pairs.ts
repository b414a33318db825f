/** Pairs of answers to judge: from a file of rows, or from the stored answers of a comparison. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { checkedRows } from '../../data/checked-rows.ts';
import { isFolder } from '../../files/find-files.ts';
import { sha256 } from '../../files/hash.ts';
import { readVersioned } from '../../store/read-versioned.ts';
import { comparisonSchema, type Comparison, type Samples } from '../../store/results.ts';
import { readSamples } from '../../store/samples.ts';

export interface AnswerPair {
  id: string;
  prompt: string;
  a: string;
  b: string;
  /** Systems that gave answers `a` and `b`. */
  systems: readonly [a: string, b: string];
  /** A reference answer, if there is one. */
  reference?: string;
}

/** The preferred answer. */
export type Choice = 'a' | 'b' | 'tie';

export interface PairsOptions {
  /** For a comparison: the system to compare its subject with; default: its strongest rival. */
  against?: string;
}

/**
 * `target`: a file of rows {prompt, a, b} (and id, reference, system_a, system_b), or the folder of a comparison or run.
 * @throws AttuneError E_PAIRS, E_PAIRS_MISSING
 */
export async function readPairs(target: string, { against }: PairsOptions = {}): Promise<AnswerPair[]> {
  if (isFolder(target)) return comparisonPairs(target, against);
  if (against !== undefined) {
    throw new AttuneError('E_USAGE', {
      what: '--against only applies to comparisons',
      got: `--against ${against} with a file`,
      fix: 'remove --against',
    });
  }
  return (await readPairRows(target)).map(({ pair }) => pair);
}

/** Error text for a file whose rows contain more than a pair. */
export interface PairRowForm {
  what: string;
  expected: string;
  /** Fault in the rest of a row. */
  faultOf(row: Record<string, unknown>): string | undefined;
}

/** Pairs of a file, each with its row. @throws AttuneError E_PAIRS, E_PAIRS_MISSING */
export async function readPairRows(
  file: string,
  form?: PairRowForm,
): Promise<{ pair: AnswerPair; row: Record<string, unknown> }[]> {
  if (!existsSync(file)) throw missing(file, 'no such file or folder');
  const lines = new Map<string, number>();
  const { rows, problems } = await checkedRows(file, (row, refuse, line) => {
    const faults = faultsOf(row, form);
    for (const fault of faults) refuse(fault);
    if (faults.length > 0) return undefined;
    const pair = pairOf(row);
    const first = lines.get(pair.id);
    if (first !== undefined) return refuse({ field: 'id', message: `"${pair.id}" is already on line ${first}` });
    lines.set(pair.id, line);
    return { pair, row };
  });
  if (problems.length > 0) {
    throw new AttuneError('E_PAIRS', {
      what: form?.what ?? `${file} does not contain pairs of answers`,
      expected: form?.expected ?? 'rows {prompt, a, b}, all text; optionally id, reference, system_a and system_b',
      problems,
    });
  }
  if (rows.length === 0) throw missing(file, 'no rows');
  return rows;
}

const NEEDED = ['prompt', 'a', 'b'];
const OPTIONAL = ['id', 'reference', 'system_a', 'system_b'];

function faultsOf(row: Record<string, unknown>, form: PairRowForm | undefined): Problem[] {
  const isBad = (name: string): boolean => {
    const value = row[name] ?? undefined;
    return value === undefined ? NEEDED.includes(name) : typeof value !== 'string' && !isNumberedId(name, value);
  };
  const faults: Problem[] = [...NEEDED, ...OPTIONAL].filter(isBad).map((field) => ({
    field,
    message: Object.hasOwn(row, field) ? 'is not text' : 'is missing',
  }));
  const fault = form?.faultOf(row);
  return fault === undefined ? faults : [...faults, { message: fault }];
}

function isNumberedId(name: string, value: unknown): boolean {
  return name === 'id' && typeof value === 'number';
}

function pairOf(row: Record<string, unknown>): AnswerPair {
  const [prompt, a, b] = NEEDED.map((name) => String(row[name]));
  const reference = row.reference ?? undefined;
  return {
    id: String(row.id ?? sha256(JSON.stringify([prompt, a, b])).slice(0, 16)),
    prompt,
    a,
    b,
    systems: [String(row.system_a ?? 'a'), String(row.system_b ?? 'b')],
    ...(reference !== undefined && { reference: String(reference) }),
  };
}

function comparisonPairs(folder: string, against: string | undefined): AnswerPair[] {
  const comparison = readVersioned<Comparison>(join(folder, 'comparison.json'), comparisonSchema.shape.version.value);
  const samples = readSamples(folder);
  if (comparison === undefined || samples === undefined) {
    throw missing(folder, `no ${comparison === undefined ? 'comparison.json' : 'samples.json'}`);
  }
  const { subject, flips } = comparison;
  const other = against ?? otherSystem(samples, subject, flips.against);
  if (other === undefined || other === subject || !samples.systems.some(({ name }) => name === other)) {
    throw new AttuneError('E_PAIRS', {
      what: `${folder} has no answers of a second system to compare with those of ${subject}`,
      got: other ?? 'only one system',
      expected:
        samples.systems
          .map(({ name }) => name)
          .filter((name) => name !== subject)
          .join(', ') || undefined,
      fix: 'compare it first: attune compare RUN base:RUN',
    });
  }
  const pairs = samples.rows.flatMap(({ id, prompt, expected, answers }) => {
    // own: names of systems, which samples.json was asked for above
    const [a, b] = [answers[subject]?.text, answers[other]?.text];
    if (a === undefined || b === undefined) return [];
    const reference = expected === undefined ? {} : { reference: expected };
    return [{ id, prompt, a, b, systems: [subject, other] as const, ...reference }];
  });
  if (pairs.length === 0) throw missing(folder, `no row that both ${subject} and ${other} answered with text`);
  return pairs;
}

function otherSystem({ systems }: Samples, subject: string, rival: string): string | undefined {
  const others = systems.map(({ name }) => name).filter((name) => name !== subject);
  return others.includes(rival) ? rival : others[0];
}

function missing(target: string, got: string): AttuneError {
  return new AttuneError('E_PAIRS_MISSING', {
    what: `${target} has no pairs of answers`,
    got,
    expected: 'a file of rows {prompt, a, b}, or the folder of a comparison or run',
  });
}
