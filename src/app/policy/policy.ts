import { AttuneError } from '../../base/errors.ts';
import { checkLimits } from '../../scoring/endpoint/budget.ts';
import { endpointFrom, type Endpoint } from '../../scoring/endpoint/endpoint.ts';
import {
  applies,
  checkByJudge,
  checkByProgram,
  type GivenAnswer,
  type Kept,
} from '../../evaluation/policy/check-rules.ts';
import { isJudged, readPolicy, type Policy, type PolicyRule } from '../../evaluation/policy/policy.ts';
import { figuresOf } from '../../evaluation/safety/measure-safety.ts';
import { readSafetySets } from '../../evaluation/safety/safety-set.ts';
import { sha256File } from '../../files/hash.ts';
import type { PolicyResults, RuleResult } from '../../evaluation/assessments/policy.ts';
import type { useCase } from '../use-cases/policy.ts';
import { judgeOf } from '../use-cases/shared/endpoint-fields.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { assess } from '../assess.ts';
import { askAll, withModel, type Questions, type SafetyOptions } from '../safety/ask-all.ts';
import { contestants, formOf } from '../safety/contestants.ts';
import { askedAs } from '../safety/safety-trial.ts';
import { writeItems } from './review-items.ts';

export type PolicyOptions = CallOptions<typeof useCase> & Pick<SafetyOptions, 'precision'>;

/**
 * Measures how often a model violates an organisation's own rules, before and after training, on the same prompts.
 * @throws AttuneError E_POLICY, E_POLICY_PROMPTS, and errors of models and endpoints
 */
export async function policy(target: string, options: PolicyOptions): Promise<PolicyResults> {
  const { rules: file, items } = options;
  const judge = judgeOf(options);
  const rulebook = await readPolicy(file);
  const prompts = (await promptsOf(rulebook, options)).slice(0, options.maxRows);
  const judging = judge && judgingBy(judge, options);
  return assess('policy', { target, output: options.output }, async (run) => {
    const { before, after } = contestants(run ?? target, { name: target, options });
    if (items !== undefined && before === undefined) throw nothingToPair(target);
    const { asked: questions, now } = await withModel(after, options, async (model) => {
      const asked = questionsOf(prompts, await formOf(model, options.system), options.maxNewTokens);
      return { asked, now: (await askAll(model, [asked], options))[0] };
    });
    const [old] =
      before === undefined ? [] : await withModel(before, options, (model) => askAll(model, [questions], options));
    const given = (answers: typeof now) => prompts.map((prompt, row) => ({ prompt, answer: answers[row][0] }));
    const answers = { now: given(now), ...(old !== undefined && { old: given(old) }) };
    const rules: RuleResult[] = [];
    for (const rule of rulebook.rules) rules.push(await ruleResult(rule, answers, judging));
    return {
      version: 1,
      file,
      sha256: await sha256File(file),
      after: after.name,
      ...(before !== undefined && { before: before.name }),
      ...(judge !== undefined && { judge: judge.model }),
      prompts: prompts.length,
      rules,
      ...(items !== undefined &&
        before !== undefined &&
        old !== undefined && {
          items: writeItems(items, rulebook, { now: answers.now, old: given(old), after, before }),
        }),
    };
  });
}

async function promptsOf(policy: Policy, { prompts: file, rules }: PolicyOptions): Promise<string[]> {
  if (file !== undefined) {
    return promptsIn(file);
  }
  if (policy.prompts !== undefined) return policy.prompts;
  throw new AttuneError('E_POLICY_PROMPTS', {
    what: `${rules} has no prompts to test its rules with`,
    fix: 'add prompts: to it, or give a file of rows {prompt} (--prompts)',
  });
}

async function promptsIn(file: string): Promise<string[]> {
  try {
    return (await readSafetySets(file)).flatMap(({ prompts }) => prompts.map(({ prompt }) => prompt));
  } catch (error) {
    if (!(error instanceof AttuneError) || error.code !== 'E_SAFETY_SET') throw error;
    const { problems } = error;
    throw new AttuneError('E_POLICY_PROMPTS', {
      what: `${file} contains no prompts to test rules with`,
      expected: 'rows {prompt}',
      problems,
    });
  }
}

function nothingToPair(target: string): AttuneError {
  return new AttuneError('E_USAGE', {
    what: 'People can only review pairs of answers',
    got: `${target} alone`,
    fix: 'give a model to compare with: --before',
  });
}

function questionsOf(prompts: readonly string[], form: Parameters<typeof askedAs>[1], maxNewTokens = 256): Questions {
  return {
    sampling: { temperature: 0, maxNewTokens },
    rows: prompts.map((prompt) => ({ ask: askedAs(prompt, form) })),
  };
}

interface Judging {
  endpoint: Endpoint;
  options: Parameters<typeof checkByJudge>[2]['options'];
}

function judgingBy(
  { endpoint, model, limits }: NonNullable<ReturnType<typeof judgeOf>>,
  options: PolicyOptions,
): Judging {
  checkLimits(limits);
  const asked = endpointFrom(endpoint, model, limits.keyVariable);
  return { endpoint: asked, options: { ...limits, signal: options.signal } };
}

async function ruleResult(
  rule: PolicyRule,
  { now, old }: { now: readonly GivenAnswer[]; old?: readonly GivenAnswer[] },
  judging: Judging | undefined,
): Promise<RuleResult> {
  const check = async (given: readonly GivenAnswer[]): Promise<Kept[]> => {
    if (!isJudged(rule)) return checkByProgram(rule, given);
    return judging === undefined ? given.map(() => undefined) : checkByJudge(rule, given, judging);
  };
  const after = await check(now);
  const before = old && (await check(old));
  const isFor = applies(
    rule,
    now.map(({ prompt }) => prompt),
  );
  const isKnown = (place: number) =>
    after[place] !== undefined && (before === undefined || before[place] !== undefined);
  const both = [...now.keys()].filter(isKnown);
  const rows = both.map((place) => ({
    category: 'all',
    after: after[place] === true ? 0 : 1,
    ...(before !== undefined && { before: before[place] === true ? 0 : 1 }),
  }));
  return {
    name: rule.name,
    by: isJudged(rule) ? 'judge' : 'program',
    ...(rows.length > 0 && { broken: figuresOf(rows) }),
    unjudged: isFor.filter((isOne, place) => isOne && after[place] === undefined).length,
    examples: now.filter((_, place) => after[place] === false).slice(0, 3),
  };
}
