/** An organisation's own rules for answers, read from a file. */
import { existsSync, readFileSync } from 'node:fs';
import type { YAMLParseError } from 'yaml';
import { z } from 'zod';
import { BoundedPattern } from '../../base/bounded-pattern.ts';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { isPlainObject } from '../../base/plain-object.ts';
import { problemsOf } from '../../base/schema-issues.ts';

const text = z.string().trim().min(1);
const texts = z.array(text).min(1);

/** A rule's requirement: exactly one of these. */
const asked = {
  must: text.optional().describe('what every answer must do, in words; decided by a judge'),
  must_not: text.optional().describe('what no answer may do, in words; decided by a judge'),
  tone: text.optional().describe('the tone of answers, in words; decided by a judge'),
  forbidden_topics: texts.optional().describe('topics that answers must avoid; decided by a judge'),
  must_match: text.optional().describe('a regular expression that every answer must match'),
  must_not_match: text.optional().describe('a regular expression that no answer may match'),
  disclaimer: text.optional().describe('text that every answer must contain, ignoring white space and case'),
  languages: z
    .array(z.string().regex(/^[a-z]{2}$/))
    .min(1)
    .optional()
    .describe('allowed languages of answers, as ISO 639-1 codes'),
  max_words: z.int().positive().optional().describe('maximum words of an answer'),
};

export type RuleKind = keyof typeof asked;

const KINDS = Object.keys(asked) as RuleKind[];
const JUDGED: ReadonlySet<RuleKind> = new Set(['must', 'must_not', 'tone', 'forbidden_topics']);

const ruleSchema = z
  .strictObject({
    name: text,
    when: text.optional().describe('only for prompts that match this regular expression'),
    ...asked,
  })
  .refine((rule) => kindsOf(rule).length === 1, `a rule has exactly one of ${KINDS.join(', ')}`);

export const policySchema = z.strictObject({
  rules: z
    .array(ruleSchema)
    .min(1)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'two rules have the same name'),
  /** Prompts for testing the rules. */
  prompts: texts.optional(),
});

export type PolicyRule = z.output<typeof ruleSchema>;
export type Policy = z.output<typeof policySchema>;

function kindsOf(rule: object): RuleKind[] {
  return KINDS.filter((kind) => (rule as Partial<PolicyRule>)[kind] !== undefined);
}

export function kindOf(rule: PolicyRule): RuleKind {
  return kindsOf(rule)[0];
}

/** Whether a rule needs a judge. */
export function isJudged(rule: PolicyRule): boolean {
  return JUDGED.has(kindOf(rule));
}

/** The rule as an instruction for a judge or reviewer. */
export function ruleSentence(rule: PolicyRule): string {
  if (rule.must !== undefined) return `The answer must do this: ${rule.must}`;
  if (rule.must_not !== undefined) return `The answer must not do this: ${rule.must_not}`;
  if (rule.tone !== undefined) return `The answer must have this tone: ${rule.tone}`;
  return `The answer must not go into any of these topics: ${(rule.forbidden_topics ?? []).join('; ')}`;
}

/** Reads a file of rules (YAML or JSON). @throws AttuneError E_POLICY with every defect */
export async function readPolicy(file: string): Promise<Policy> {
  const value = await parsed(file);
  const result = policySchema.safeParse(value);
  const issues = result.error?.issues ?? [];
  const problems = [...problemsOf(issues, { root: value, schema: policySchema }), ...patternProblems(value)];
  if (!result.success || problems.length > 0) throw badPolicy(file, problems);
  return result.data;
}

async function parsed(file: string): Promise<unknown> {
  if (!existsSync(file)) throw badPolicy(file, [{ message: 'does not exist' }]);
  const { parse } = await import('yaml');
  try {
    return parse(readFileSync(file, 'utf8'), { maxAliasCount: 0 });
  } catch (error) {
    const { message, linePos } = error as YAMLParseError;
    const [reason] = message.split(/ at line \d+|\n/u);
    throw badPolicy(file, [{ line: linePos?.[0].line, message: `not valid YAML: ${reason}` }]);
  }
}

/** Checks regular expressions even if the file has other problems. */
function patternProblems(value: unknown): Problem[] {
  const rules = isPlainObject(value) && Array.isArray(value.rules) ? (value.rules as unknown[]) : [];
  return rules.flatMap((rule, place) => (isPlainObject(rule) ? patternFaults(rule, place) : []));
}

function patternFaults(rule: Readonly<Record<string, unknown>>, place: number): Problem[] {
  return (['when', 'must_match', 'must_not_match'] as const).flatMap((name) => {
    const source = rule[name];
    if (typeof source !== 'string') return [];
    try {
      new BoundedPattern(source).test('');
      return [];
    } catch (error) {
      const { got = String(error) } = error as AttuneError;
      const [flags, rest] = [/^\(\?(?<flags>[ims]+)\)/.exec(source)?.groups?.flags, source.replace(/^[^)]*\)/, '')];
      const fix = flags === undefined ? undefined : `write it as (?${flags}:${rest})`;
      return [{ field: `rules.${place}.${name}`, message: got, ...(fix !== undefined && { fix }) }];
    }
  });
}

function badPolicy(file: string, problems: readonly Problem[]): AttuneError {
  return new AttuneError('E_POLICY', {
    what: `${file} is not a valid rules file`,
    expected: `rules: a list of {name} with one of ${KINDS.join(', ')}, and when; prompts: a list of texts`,
    problems: problems.map((problem) => ({ file, ...problem })),
  });
}
