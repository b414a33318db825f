/** Rewords rows with generated answers, replacing numbers, codes and names in prompt and answer consistently. */
import { randomUnits } from '../../base/random.ts';
import { kindOf, type Example } from '../../data/kinds/index.ts';
import type { WrittenTexts } from '../../data/kinds/kind.ts';
import { gazetteer } from '@attune/privacy/gazetteer';
import { expectedCalls } from '../../scoring/prompt-text.ts';
import { parseObject } from '../../scoring/metrics/compared.ts';
import { rephrased } from '../overfitting/rephrase.ts';
import { copiedValues, replaceTokens } from '../../scoring/metrics/copied-values.ts';
import { misspelt, pick, segmentsOf, withAside, type Draw } from './wording-steps.ts';

/** Shorter numbers are counts or dates that other words may depend on. */
const FEWEST_DIGITS = 3;
const NAME_FORM = /^\p{Lu}\p{Ll}{2,8}$/u;
const SALUTATION = /^\s*\p{L}+(?:\s\p{L}+){0,4},\s*$/u;
/** Separators between clauses of a description. */
const CLAUSES = /,\s+|;\s+/;

/**
 * Variants of each row with its right answer. Copied codes get other digits, copied names become other names, and JSON
 * fields found in the prompt get another row's value, with clauses reordered or reduced to the values. Half of the
 * prompts begin with an unrelated sentence; half have typos where nothing is copied. Rows without changes are left out,
 * and so are answers with tool calls, whose arguments depend on several texts.
 */
export function refreshRows(
  rows: readonly Example[],
  { asides, seed }: { asides: readonly string[]; seed: number },
): Example[] {
  const fields = valuesByField(rows);
  return rows.flatMap((row, place) => {
    const asked = askedOf(row);
    if (asked === undefined) return [];
    const units = randomUnits([seed, 'fresh-values', place]);
    let drawn = 0;
    const draw: Draw = () => units(drawn++);
    const json = parseObject(asked.answer);
    const valued = json === undefined ? asked : withOtherFields(asked, { json, fields, draw });
    const fresh = withFreshTokens(valued, draw);
    const prompt = inOtherWords(fresh, { isJson: json !== undefined, asides, draw });
    if (prompt === asked.prompt) return [];
    const other = { ...row, id: `${row.id}:other-words` };
    return kindOf(row).withWritten?.(other, { prompt, answer: fresh.answer }) ?? [];
  });
}

/** Skips answers with tool calls, whose arguments depend on several texts. */
function askedOf(row: Example): WrittenTexts | undefined {
  return expectedCalls(row) === undefined ? kindOf(row).written?.(row) : undefined;
}

/** Distinct values of each field of JSON answers, in row order. */
function valuesByField(rows: readonly Example[]): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const row of rows) {
    for (const [field, value] of Object.entries(parseObject(askedOf(row)?.answer ?? '') ?? {})) {
      if (typeof value !== 'string' || value === '') continue;
      const values = found.get(field) ?? new Set();
      found.set(field, values.add(value));
    }
  }
  return new Map([...found].map(([field, values]) => [field, [...values]]));
}

interface JsonParts {
  json: Record<string, unknown>;
  fields: ReadonlyMap<string, readonly string[]>;
  draw: Draw;
}

/** Replaces a value that occurs once in the prompt and in a single field by another row's value. */
function withOtherFields({ prompt, answer }: WrittenTexts, { json, fields, draw }: JsonParts): WrittenTexts {
  const own = Object.values(json);
  let text = prompt;
  const changed = Object.entries(json).map(([field, value]) => {
    if (typeof value !== 'string' || own.filter((one) => one === value).length > 1) return [field, value] as const;
    const parts = text.split(wholeWords(value));
    const others = (fields.get(field) ?? []).filter((one) => one !== value && !text.includes(one));
    if (parts.length !== 2 || others.length === 0) return [field, value] as const;
    const other = pick(others, draw);
    text = parts.join(other);
    return [field, other] as const;
  });
  // Keeps the layout of the original answer.
  const indent = /^\{\s*\n(\s+)"/.exec(answer)?.[1];
  const spaced = /":\s/.test(answer);
  const written = JSON.stringify(Object.fromEntries(changed), null, indent);
  const isUnchanged = text === prompt;
  if (isUnchanged) return { prompt, answer };
  return { prompt: text, answer: indent === undefined && spaced ? spacedJson(changed) : written };
}

/** `{"a": 1, "b": 2}`, as Python formats it. */
function spacedJson(entries: readonly (readonly [string, unknown])[]): string {
  return `{${entries.map(([field, value]) => `${JSON.stringify(field)}: ${JSON.stringify(value)}`).join(', ')}}`;
}

function wholeWords(text: string): RegExp {
  const escaped = text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'u');
}

/** Replaces the codes and names that the answer copies. */
function withFreshTokens({ prompt, answer }: WrittenTexts, draw: Draw): WrittenTexts {
  const fresh = new Map(
    copiedValues(prompt, answer).flatMap((value): [string, string][] => {
      const other =
        (value.match(/\p{N}/gu) ?? []).length >= FEWEST_DIGITS ? otherDigits(value, draw) : otherName(value, draw);
      return other === undefined ? [] : [[value, other]];
    }),
  );
  return { prompt: replaceTokens(prompt, fresh), answer: replaceTokens(answer, fresh) };
}

function otherDigits(code: string, draw: Draw): string {
  return code.replaceAll(/\d/g, (digit, at: number) => {
    const first = at === 0 || !/\d/.test(code[at - 1]);
    return first && digit !== '0' ? String(1 + Math.floor(draw() * 9)) : String(Math.floor(draw() * 10));
  });
}

let names: { given: string[]; family: string[] } | undefined;

/** Replaces only words that are names and nothing else. */
function otherName(word: string, draw: Draw): string | undefined {
  const lists = gazetteer();
  const kind = (['given', 'family'] as const).find((one) => lists[one].get(word) === 'plain');
  if (kind === undefined) return undefined;
  const plain = (list: 'given' | 'family') =>
    [...lists[list]].flatMap(([name, standing]) => (standing === 'plain' && NAME_FORM.test(name) ? [name] : []));
  names ??= { given: plain('given'), family: plain('family') };
  return pick(names[kind], draw);
}

interface WordParts {
  isJson: boolean;
  asides: readonly string[];
  draw: Draw;
}

function inOtherWords({ prompt, answer }: WrittenTexts, { isJson, asides, draw }: WordParts): string {
  const plain = draw() < 1 / 2 ? withoutSalutations(prompt) : prompt;
  const reordered = isJson ? describedOtherwise({ prompt: plain, answer }, draw) : plain;
  const said = rephrased(reordered) ?? reordered;
  const kept = new Set(answer.match(/\p{L}+/gu));
  const spelt = draw() < 1 / 2 ? misspelt(said, draw, (word) => kept.has(word)) : said;
  return draw() < 1 / 2 && asides.length > 0 ? withAside(spelt, pick(asides, draw), { draw, isFirst: true }) : spelt;
}

/** Removes "Good morning," and "Kind regards,": short lines that end in a comma, and the line breaks around them. */
function withoutSalutations(text: string): string {
  const lines = text.split(/\n+/);
  const kept = lines.filter((line) => !SALUTATION.test(line));
  return kept.length === 0 || kept.length === lines.length ? text : kept.join(' ');
}

/** A third unchanged, a third with reordered clauses, a third as bare values if these are sufficient. */
function describedOtherwise({ prompt, answer }: WrittenTexts, draw: Draw): string {
  const form = draw();
  if (form < 1 / 3) return prompt;
  const values = Object.values(parseObject(answer) ?? {});
  const isSaid = values.every((value) => typeof value === 'string' && prompt.includes(value));
  if (form < 2 / 3 || !isSaid || values.length < 2) return inOtherOrder(prompt, draw);
  const at = 1 + Math.floor(draw() * (values.length - 1));
  return [...values.slice(at), ...values.slice(0, at)].join(pick([', ', ' / ', ' '], draw));
}

/** Reverses the clauses of each sentence. */
function inOtherOrder(text: string, draw: Draw): string {
  const sentences = segmentsOf(text).map((sentence) => {
    const end = /[.!?…。！？]+$/u.exec(sentence)?.[0] ?? '';
    const clauses = sentence.slice(0, sentence.length - end.length).split(CLAUSES);
    const at = 1 + Math.floor(draw() * (clauses.length - 1));
    return clauses.length < 2 ? sentence : `${[...clauses.slice(at), ...clauses.slice(0, at)].join(', ')}${end}`;
  });
  return sentences.join(' ');
}
