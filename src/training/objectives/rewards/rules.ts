import { BoundedPattern } from '../../../base/bounded-pattern.ts';
import { characters, symbolDistance } from '../../../scoring/metrics/edit-distance.ts';
import { validatorOf } from '../../../scoring/metrics/json-schema.ts';
import { parseJson } from '../../../files/json.ts';
import { compileGrader } from '../../../scoring/graders/grade.ts';
import type { Grader } from '../../../scoring/graders/grader.options.ts';
import { expectedAnswer } from './expected-answer.ts';
import type { RewardFunction, RewardSample } from './reward.ts';
import type { CodelessRule } from './reward.options.ts';

/** A rule as a reward function: 1 if an answer satisfies it, 0 if not, or a share. */
export function ruleReward(rule: CodelessRule): RewardFunction {
  switch (rule.rule) {
    case 'exact':
      return (sample) => (sample.completion.trim() === expectedAnswer(sample, rule.column).trim() ? 1 : 0);
    case 'regex':
      return matcher(rule.pattern);
    case 'json_schema':
      return schemaKeeper(rule.schema);
    case 'numeric':
      return (sample) => nearNumber(sample, rule);
    case 'edit_distance':
      return (sample) => similarity(sample, rule);
    case 'length':
      return ({ tokens }) => -Math.max(0, tokens - rule.most) / rule.most;
    case 'grader':
      return graderReward(rule.grader as Grader);
    default:
      return rule satisfies never;
  }
}

function graderReward(grader: Grader): RewardFunction {
  const grade = compileGrader(grader);
  return ({ completion, row }) => grade({ item: row, answer: completion }).reward;
}

function matcher(pattern: string): RewardFunction {
  const bounded = () => new BoundedPattern(pattern);
  bounded(); // throws before training if the pattern is invalid
  return ({ completion }) => (bounded().test(completion.trim()) ? 1 : 0);
}

function schemaKeeper(schema: Readonly<Record<string, unknown>>): RewardFunction {
  const validate = validatorOf(schema);
  return ({ completion }) => {
    try {
      return validate(parseJson(completion.trim())) === undefined ? 1 : 0;
    } catch {
      return 0;
    }
  };
}

const NUMBER = /-?\d+(?:[.,]\d+)*/g;

/** Compares the answer's last number, since solutions end with their result. */
function nearNumber(sample: RewardSample, { column, tolerance }: { column: string; tolerance: number }): number {
  const wanted = Number(expectedAnswer(sample, column).replaceAll(',', ''));
  const found = sample.completion.match(NUMBER)?.at(-1)?.replaceAll(',', '');
  return found !== undefined && Math.abs(Number(found) - wanted) <= tolerance ? 1 : 0;
}

function similarity(sample: RewardSample, { column, unit }: { column: string; unit: 'characters' | 'words' }): number {
  const split = unit === 'words' ? (text: string) => text.trim().split(/\s+/).filter(Boolean) : characters;
  const [own, right] = [split(sample.completion.trim()), split(expectedAnswer(sample, column).trim())];
  const longer = Math.max(own.length, right.length);
  return longer === 0 ? 1 : 1 - symbolDistance(own, right) / longer;
}
