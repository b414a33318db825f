import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTinyModel } from './cli-tiny-model.ts';
import { CommandHost } from './command-host/command-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-feedback-'));
const host = new CommandHost({ ...process.env, ATTUNE_THREADS: '1' });

const words = ['red', 'green', 'blue', 'round', 'square', 'small', 'large'];
const word = (i: number) => words[i % words.length];
const pairs = Array.from({ length: 24 }, (_, i) => ({
  prompt: `What is item ${i}?`,
  chosen: ` A ${word(i)} thing.`,
  rejected: ` It is ${word(i + 1)} and ${word(i + 2)}.`,
}));

const rewards = `
export const short = ({ tokens }) => -tokens;
export const long = ({ tokens }) => tokens;
export const vowels = { batch: (samples) => samples.map(({ completion }) => (completion.match(/[aeiou]/g) ?? []).length) };
export const broken = () => { throw new Error('no luck'); };
export const endless = () => { for (;;); };
export const nothing = () => Number.NaN;
export const tool = { description: 'x', parameters: { type: 'object' }, execute: () => 1 };
`;

function write(name: string, rows: readonly object[]): void {
  writeFileSync(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

beforeAll(async () => {
  write('pairs.jsonl', pairs);
  write(
    'verdicts.jsonl',
    pairs.map(({ prompt, chosen, rejected }, i) => ({
      prompt,
      completion: i % 2 ? chosen : rejected,
      label: i % 2 === 1,
    })),
  );
  write(
    'good.jsonl',
    pairs.map(({ prompt, chosen }) => ({ prompt, completion: chosen, label: true })),
  );
  write(
    'prompts.jsonl',
    pairs.map(({ prompt, chosen }) => ({ prompt, answer: chosen })),
  );
  writeFileSync(join(folder, 'rewards.ts'), rewards);
  await writeTinyModel(join(folder, 'model'), pairs.map((row) => JSON.stringify(row)).join('\n'));
  // A model with a chat template.
  cpSync('assets/attune-base', join(folder, 'chat'), { recursive: true });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function train(output: string, settings: Record<string, string | number>, more: readonly string[] = []) {
  const usual = {
    model: 'model',
    ...(settings.tuning === 'full' ? {} : { 'tuning.r': 4 }),
    max_steps: 4,
    batch_size: 4,
    precision: 'f32',
    'checkpoints.every': 2,
    'checkpoints.keep': 10,
    baselines: 'none',
  };
  const flags = Object.entries({ ...usual, ...settings }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { code, stdout, stderr } = host.run({ argv: ['train', ...flags, '--output-dir', output, ...more], folder });
  return { status: code, text: stdout + stderr };
}

const short = { max_completion_length: 6, num_generations: 3 };
const tool = '["./rewards.ts#tool"]';
const policy = { train: 'prompts.jsonl', ...short, 'objective.reward_funcs': './rewards.ts#vowels' };

function oneReward(spec: object): string {
  return JSON.stringify([spec]);
}

/** Trains, then resumes from the middle in a copy. */
function expectSameBytes(name: string, settings: Record<string, string | number>): void {
  const whole = train(name, settings);
  expect(whole.text).toContain('4 of 4 steps');
  expect(whole.status).toBe(0);
  cpSync(join(folder, name), join(folder, `${name}-cut`), { recursive: true });
  for (const later of ['checkpoints/step-4', 'adapter'])
    rmSync(join(folder, `${name}-cut`, later), { recursive: true });
  const rest = train(`${name}-cut`, settings, ['--resume']);
  expect(rest.text).toContain('4 of 4 steps');
  const adapter = (run: string) => readFileSync(join(folder, run, 'adapter', 'adapter_model.safetensors'));
  expect(adapter(`${name}-cut`).equals(adapter(name))).toBe(true);
}

describe('a run that was cut off goes on to the same bytes', () => {
  it.each([
    ['dpo', { objective: 'dpo', train: 'pairs.jsonl', 'tuning.dropout': 0.1 }],
    ['bco', { objective: 'bco', train: 'verdicts.jsonl' }],
    ['grpo', { 'objective.name': 'grpo', ...policy, num_iterations: 2, 'objective.beta': 0.1 }],
    ['ppo', { 'objective.name': 'ppo', ...policy, num_ppo_epochs: 2, num_mini_batches: 2 }],
  ])('%s', (name, settings) => {
    expectSameBytes(name, settings);
  });
});

it('a run whose answers call a tool goes on to the same bytes', async () => {
  const stock = { name: 'stock', description: 'Pieces', parameters: { type: 'object', properties: {} } };
  writeFileSync(
    join(folder, 'tools.ts'),
    `
export const stock = { ...${JSON.stringify(stock)}, execute: () => 'three' };
export const called = ({ turns = [] }) => turns.filter(({ role }) => role === 'tool').length;
`,
  );
  const question = { role: 'user', content: 'How many?' };
  const call = { id: 'a', type: 'function', function: { name: 'stock', arguments: '{}' } };
  const turns = [
    question,
    { role: 'assistant', content: '', tool_calls: [call] },
    { role: 'tool', tool_call_id: 'a', content: 'three' },
    { role: 'assistant', content: 'Three.' },
  ];
  const rows = Array.from({ length: 8 }, () => ({ messages: turns, tools: [{ type: 'function', function: stock }] }));
  write('calls.jsonl', rows);
  write(
    'questions.jsonl',
    rows.map(() => ({ prompt: [question] })),
  );
  await writeTinyModel(join(folder, 'caller'), rows.map((row) => JSON.stringify(row)).join('\n'), 512);
  const usual = { model: 'caller', 'data.chat_template': 'attune-tools', validation: 0, test: 0 };
  const lesson = { ...usual, train: 'calls.jsonl', tuning: 'full', max_steps: 60, epochs: 60, learning_rate: 0.01 };
  const taught = train('taught', { ...lesson, 'checkpoints.every': 60 });
  expect(taught.text).toContain('60 of 60 steps');
  const settings = {
    ...usual,
    model: 'taught/model',
    train: 'questions.jsonl',
    'objective.name': 'grpo',
    'objective.tools': '["./tools.ts#stock"]',
    'objective.reward_funcs': './tools.ts#called',
    max_completion_length: 60,
    num_generations: 3,
  };
  expectSameBytes('tools', settings);
  const logged = readFileSync(join(folder, 'tools', 'metrics.jsonl'), 'utf8');
  expect(logged).toMatch(/"tools\/call_frequency":0\.\d/);
  expect(logged).toContain('"tools/failure_frequency":0,');
});

describe('what cannot be learnt from is refused before training', () => {
  it.each([
    ['E_WRONG_ROWS', { objective: 'dpo', train: 'prompts.jsonl' }],
    ['E_ONE_VERDICT', { objective: 'kto', train: 'good.jsonl' }],
    ['must be at least 2', { 'objective.name': 'grpo', ...policy, num_generations: 1 }],
    ['E_REWARD_FAILED', { 'objective.name': 'grpo', ...policy, 'objective.reward_funcs': './rewards.ts#broken' }],
    ['E_REWARD_NOT_FINITE', { 'objective.name': 'grpo', ...policy, 'objective.reward_funcs': './rewards.ts#nothing' }],
    [
      'E_REWARD_TIMEOUT',
      { 'objective.name': 'grpo', ...policy, 'objective.reward_funcs': './rewards.ts#endless', reward_timeout: 0.5 },
    ],
    ['E_TEMPLATE_MISSING', { 'objective.name': 'grpo', ...policy, 'objective.tools': tool }],
    ['E_TOOLS_TEXT_PROMPT', { 'objective.name': 'grpo', ...policy, model: 'chat', 'objective.tools': tool }],
    ['E_CODE_TESTS', { 'objective.name': 'grpo', ...policy, 'objective.reward_funcs': oneReward({ rule: 'code' }) }],
    [
      'E_REWARD_MODEL',
      {
        'objective.name': 'rloo',
        ...policy,
        'objective.reward_funcs': oneReward({ rule: 'reward_model', model: 'model' }),
      },
    ],
    [
      'E_JUDGE_DOWN',
      {
        'objective.name': 'ppo',
        ...policy,
        num_generations: 1,
        'objective.reward_funcs': oneReward({ rule: 'judge', endpoint: 'http://127.0.0.1:9/v1', model: 'm' }),
      },
    ],
  ])('%s', (code, settings) => {
    const { status, text } = train('refused', settings);
    expect(text).toContain(code);
    expect(status).toBe(1);
  });
});

it('a reward that likes length is named, with answers to read', () => {
  write(
    'lengths.jsonl',
    pairs.map(({ prompt }, i) => ({ prompt, completion: ` A${' small'.repeat(i % 3)} thing.` })),
  );
  const whole = { tuning: 'full', 'data.validation': 0, 'data.test': 0, batch_size: 8, learning_rate: 0.01 };
  const { tuning: _, 'data.validation': __, ...rest } = whole;
  const first = train('start', {
    ...whole,
    objective: 'sft',
    train: 'lengths.jsonl',
    max_steps: 40,
    'checkpoints.every': 40,
  });
  expect(first.status).toBe(0);
  const { status, text } = train('hacked', {
    ...rest,
    model: 'start/model',
    'objective.name': 'grpo',
    train: 'prompts.jsonl',
    'objective.reward_funcs': './rewards.ts#long',
    'objective.held_out_reward_funcs': '["./rewards.ts#vowels"]',
    'data.validation': 0.4,
    max_completion_length: 24,
    learning_rate: 0.02,
    max_steps: 8,
    'checkpoints.every': 8,
  });
  expect(text).toMatch(/answers became longer \([\d.]+ → [\d.]+ tokens\), and length predicts the reward/);
  expect(text).toContain('held_out/vowels/mean');
  expect(text).toMatch(/prompts\.jsonl:\d+: reward 2\d: prompt "What is item/);
  expect(status).toBe(0);
});

it('answers with rewards are compared with the base by their rewards, and evaluated so', () => {
  const settings = { 'objective.name': 'grpo', ...policy, baselines: 'auto', 'data.test': 0.4, max_steps: 2 };
  const { status, text } = train('policy', settings);
  expect(status).toBe(0);
  expect(text).not.toContain('W_NOT_COMPARED');
  expect(text).toMatch(/mean reward [\d.]+ against [\d.]+ of base \(/);
  // The base has no second figure for the same quantity, and no advice.
  expect(text).not.toMatch(/validation loss|fewer epochs/);
  const evaluated = host.run({ argv: ['eval', 'policy'], folder });
  expect(evaluated.stdout).toMatch(/mean reward +[\d.]+/);
  const again = host.run({ argv: ['compare', 'policy'], folder });
  expect(again.stdout).toMatch(/mean reward [\d.]+ against [\d.]+ of base/);
  const prompted = host.run({ argv: ['compare', 'policy', 'prompted:model'], folder });
  expect(prompted.stderr).toContain('rewards are measured on answers to the prompts as they are');
});

it('a reward model prefers the chosen answers, and its comparison says so', () => {
  const { status, text } = train('reward', {
    objective: 'reward',
    train: 'pairs.jsonl',
    baselines: 'auto',
    learning_rate: 0.003,
    max_steps: 8,
  });
  expect(status).toBe(0);
  expect(text).toContain('preference accuracy');
  expect(text).toContain('longer answer');
  const used = train('rewarded', {
    'objective.name': 'rloo',
    ...policy,
    max_steps: 1,
    'objective.reward_funcs': oneReward({ rule: 'reward_model', model: 'reward' }),
  });
  expect(used.text).toContain('rewards/reward_model/mean');
  expect(used.status).toBe(0);
});
