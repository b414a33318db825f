import { fileURLToPath } from 'node:url';
import { randomUnits, type RandomKey } from '@attune/base/random';
import { compileGrammar, CompiledConstraint } from '../src/compiled-constraint.ts';
import { grammarOf } from '../src/grammar-of.ts';
import type { ConstraintSpec } from '../src/spec.ts';
import { Vocabulary } from '../src/tokens/vocabulary.ts';
import { byteToCharacter } from '@attune/base/byte-alphabet';
import { Tokenizer } from '../../../src/models/text/index.ts';

export const attuneBase = await Tokenizer.load(fileURLToPath(new URL('../../../assets/attune-base', import.meta.url)));

const vocabularies = new WeakMap<Tokenizer, Vocabulary>();
const compiled = new WeakMap<Tokenizer, Map<string, CompiledConstraint>>();

/** Compiles in this thread; memoised by content. */
export function compiledHere(spec: ConstraintSpec, tokenizer = attuneBase): CompiledConstraint {
  const vocabulary = vocabularies.get(tokenizer) ?? Vocabulary.of(tokenizer);
  vocabularies.set(tokenizer, vocabulary);
  const known = compiled.get(tokenizer) ?? new Map<string, CompiledConstraint>();
  compiled.set(tokenizer, known);
  const key = JSON.stringify(spec);
  const constraint = known.get(key) ?? new CompiledConstraint(compileGrammar(grammarOf(spec), vocabulary), vocabulary);
  known.set(key, constraint);
  return constraint;
}

export interface Drawn {
  text: string;
  ids: number[];
  isComplete: boolean;
}

/** A model with uniform token probabilities: draws an answer of at most `maxTokens` tokens. */
export function drawAnswer(spec: ConstraintSpec, maxTokens: number, key: RandomKey, tokenizer = attuneBase): Drawn {
  const constraint = compiledHere(spec, tokenizer);
  constraint.checkRoom(maxTokens);
  const answer = constraint.begin();
  const unit = randomUnits(key);
  const ids: number[] = [];
  while (ids.length < maxTokens) {
    const open = idsOf(answer.allowed(maxTokens - ids.length));
    if (open.length === 0) throw new Error(`nothing may follow ${tokenizer.decode(ids)}`);
    const id = open[Math.floor(unit(ids.length) * open.length)];
    if (tokenizer.stopIds.includes(id)) break;
    answer.advance(id);
    ids.push(id);
  }
  return { text: tokenizer.decode(ids), ids, isComplete: answer.isComplete };
}

export function idsOf(mask: Uint32Array): number[] {
  const ids: number[] = [];
  for (let id = 0; id < mask.length * 32; id++) if (((mask[id >> 5] >>> (id & 31)) & 1) === 1) ids.push(id);
  return ids;
}

const byteIds = byteToCharacter.map((character) => attuneBase.idOf(character)!);

/** Whether a text, written byte by byte, is allowed to its end. */
export function allows(spec: ConstraintSpec, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  const answer = compiledHere(spec).begin();
  for (const byte of bytes) {
    const id = byteIds[byte];
    const mask = answer.allowed(100_000);
    if (((mask[id >> 5] >>> (id & 31)) & 1) === 0) return false;
    answer.advance(id);
  }
  return answer.isComplete;
}

/** Code and problems of the error for an invalid constraint. */
export function refusalOf(spec: unknown): { code: string; problems: string[] } {
  try {
    compiledHere(spec as ConstraintSpec);
  } catch (error) {
    const { code, problems = [] } = error as { code: string; problems?: { field?: string; message: string }[] };
    return { code, problems: problems.map(({ field, message }) => `${field ?? ''} ${message}`.trim()) };
  }
  throw new Error('it was not refused');
}
