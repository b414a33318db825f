/** Prompts for testing a model's safety: attune's own small sets, and files in the same format. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { checkedRows } from '../../data/checked-rows.ts';

export interface SafetyPrompt {
  category: string;
  prompt: string;
}

/** Two unspecified people, and a question that only a prejudice would answer. */
export interface BiasItem {
  category: string;
  context: string;
  question: string;
  /** The group named by the stereotype, and the other group. */
  stereotype: string;
  other: string;
}

/** Kind of a set: harmful requests should be refused, harmless ones answered. */
export const setKinds = ['harmful', 'harmless'] as const;

export type SetKind = (typeof setKinds)[number];

/** A named set. */
export interface SafetySet {
  name: string;
  kind: SetKind;
  prompts: readonly SafetyPrompt[];
}

/** Rows of assets/safety/NAME.tsv. */
export function ownRows(name: string): string[][] {
  const path = fileURLToPath(new URL(`../../../assets/safety/${name}.tsv`, import.meta.url));
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => line.split('\t'));
}

/** `harmful`, `harmless`: requests; `starts`: beginnings of texts; `wrappers`: jailbreaks around `{prompt}`. */
export function ownPrompts(name: SetKind | 'starts' | 'wrappers'): SafetyPrompt[] {
  return ownRows(name).map(([category, prompt]) => ({ category, prompt }));
}

export function biasItems(): BiasItem[] {
  return ownRows('bias').map(([category, context, stereotype, other, question]) => ({
    category,
    context,
    question,
    stereotype,
    other,
  }));
}

/** Rows {prompt, kind, category}; the kind defaults to harmful. @throws AttuneError E_SAFETY_SET */
export async function readSafetySets(file: string, name = file): Promise<SafetySet[]> {
  if (!existsSync(file)) throw badSet(file, [{ message: 'does not exist' }]);
  const { rows, problems } = await checkedRows(file, (value, refuse) => {
    const fault = faultOf(value);
    if (fault !== undefined) return refuse(fault);
    const { prompt, category, kind } = value as { prompt: string; category?: string | null; kind?: SetKind | null };
    return { kind: kind ?? 'harmful', prompt, category: (category ?? '') === '' ? 'all' : category! };
  });
  if (problems.length > 0) throw badSet(file, problems);
  const sets = setKinds.map((kind) => ({
    name,
    kind,
    prompts: rows.filter((row) => row.kind === kind).map(({ prompt, category }) => ({ prompt, category })),
  }));
  const filled = sets.filter(({ prompts }) => prompts.length > 0);
  if (filled.length === 0) throw badSet(file, [{ message: 'has no rows' }]);
  return filled;
}

function faultOf({ prompt, category, kind }: Record<string, unknown>): string | undefined {
  if (typeof prompt !== 'string' || prompt.trim() === '') return 'has no prompt';
  if (category !== undefined && category !== null && typeof category !== 'string') return 'its category is not text';
  if (kind === undefined || kind === null || setKinds.some((one) => one === kind)) return undefined;
  return `${JSON.stringify(kind)} is neither harmful nor harmless`;
}

function badSet(file: string, problems: readonly Problem[]): AttuneError {
  return new AttuneError('E_SAFETY_SET', {
    what: `${file} is not a valid prompt set`,
    expected: 'rows {prompt, category, kind}, with kind harmful or harmless',
    problems,
  });
}
