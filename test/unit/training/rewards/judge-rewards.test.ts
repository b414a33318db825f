import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createScorer } from '../../../../src/training/objectives/rewards/index.ts';
import { rewardSpec } from '../../../../src/training/objectives/rewards/reward.options.ts';
import type { PlacedSample } from '../../../../src/training/objectives/rewards/reward.ts';
import { between, JudgeServer, type Asked } from '../../scoring/judges/judge-server.ts';

const home = mkdtempSync(join(tmpdir(), 'attune-judge-rewards-'));
beforeAll(() => {
  process.env.ATTUNE_HOME = home;
});
afterAll(() => {
  delete process.env.ATTUNE_HOME;
  rmSync(home, { recursive: true });
});

const samples = ['good', 'bad'].map((completion, i): PlacedSample => ({
  prompt: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Well?' },
  ],
  completion,
  row: { answer: 'middling' },
  tokens: 1,
  isComplete: true,
  source: { file: 'rows.jsonl', line: i + 1 },
}));

function scorerOf(spec: object) {
  return createScorer(rewardSpec.parse(spec), { hashes: {}, timeout: 1 });
}

async function withServer<T>(answer: (asked: Asked) => string, body: (server: JudgeServer) => Promise<T>): Promise<T> {
  await using server = await new JudgeServer(answer).start();
  return await body(server);
}

const worth: Record<string, number> = { good: 3, middling: 2, bad: 1 };

describe('a judge as a reward', () => {
  it('rates each answer by itself, and asks for nothing twice', async () => {
    const rate = (asked: Asked) => JSON.stringify({ reason: '', score: between('answer', asked) === 'good' ? 5 : 2 });
    await withServer(rate, async ({ url, requests }) => {
      const scorer = scorerOf({ rule: 'judge', endpoint: url, model: 'm', instruction: 'brevity' });
      await scorer.ready!(new AbortController().signal);
      expect(await scorer.score(samples)).toEqual([1, 0.25]);
      expect(
        between(
          'prompt',
          requests.find((asked) => asked.messages.length > 0)!,
        ),
      ).toBe('system: Be brief.\n\nuser: Well?');
      const asked = requests.length;
      expect(await scorer.score(samples)).toEqual([1, 0.25]);
      expect(requests).toHaveLength(asked);
    });
  });

  it('compares with the answer of a column in both orders; where they disagree it is a tie', async () => {
    const compare = (asked: Asked) => {
      const [first, second] = ['first', 'second'].map((name) => worth[between(name, asked)]);
      return JSON.stringify({ reason: '', verdict: first > second ? 'first' : 'second' });
    };
    const spec = { rule: 'judge', model: 'm', against: 'answer' };
    await withServer(compare, async ({ url }) => {
      expect(await scorerOf({ ...spec, endpoint: url }).score(samples)).toEqual([1, 0]);
    });
    await withServer(
      () => '{"reason": "", "verdict": "first"}',
      async ({ url }) => {
        expect(await scorerOf({ ...spec, endpoint: url }).score(samples)).toEqual([0.5, 0.5]);
        const other = scorerOf({ ...spec, endpoint: url, against: 'nothing' });
        await expect(other.score(samples)).rejects.toMatchObject({ code: 'E_REWARD_FAILED' });
      },
    );
  });

  it('that is down, answers nonsense, or may cost no more is told', async () => {
    const signal = new AbortController().signal;
    const down = scorerOf({ rule: 'judge', endpoint: 'http://127.0.0.1:9/v1', model: 'm' });
    await expect(down.ready!(signal)).rejects.toMatchObject({ code: 'E_JUDGE_DOWN' });
    await withServer(
      () => 'Lovely!',
      async ({ url }) => {
        const spec = { rule: 'judge', endpoint: url, model: 'm' };
        await expect(scorerOf(spec).score(samples)).rejects.toMatchObject({ code: 'E_JUDGE_UNREADABLE' });
        const poor = scorerOf({ ...spec, model: 'other', max_tokens: 10 });
        await expect(poor.score(samples)).rejects.toMatchObject({ code: 'E_BUDGET_SPENT' });
      },
    );
  });
});

describe("OpenAI's graders as rewards", () => {
  const input = [{ role: 'user', content: 'Grade {{ sample.output_text }} beside {{ item.answer }}' }];
  const score = { type: 'score_model', name: 's', model: 'm', input, range: [0, 10] };
  const label = { type: 'label_model', name: 'l', model: 'm', input, labels: ['yes', 'no'], passing_labels: ['yes'] };
  const exact = {
    type: 'string_check',
    name: 'e',
    operation: 'eq',
    input: '{{ sample.output_text }}',
    reference: 'bad',
  };

  it('score_model, label_model and several in a formula', async () => {
    const grade = ({ messages }: Asked) => {
      const isGood = messages.at(-1)!.content.startsWith('Grade good beside middling');
      return messages[0].content.includes('"label"')
        ? JSON.stringify({ reason: '', label: isGood ? 'yes' : 'no' })
        : JSON.stringify({ reason: '', score: isGood ? 7.5 : 11 });
    };
    await withServer(grade, async ({ url: endpoint }) => {
      const scores = (grader: object) => scorerOf({ rule: 'grader', grader, endpoint }).score(samples);
      expect(await scores(score)).toEqual([7.5, null]);
      expect(await scores(label)).toEqual([1, 0]);
      const multi = { type: 'multi', graders: { l: label, e: exact }, calculate_output: '2 * l + e' };
      expect(await scores(multi)).toEqual([2, 1]);
    });
  });

  it('those that ask a model need an endpoint; python graders are rejected with the reason', () => {
    const problemOf = (spec: object) => rewardSpec.safeParse(spec).error?.issues;
    expect(JSON.stringify(problemOf({ rule: 'grader', grader: score }))).toContain('query a model there');
    expect(rewardSpec.safeParse({ rule: 'grader', grader: exact }).success).toBe(true);
    const python = { rule: 'grader', grader: { type: 'python', source: 'def grade(): ...' } };
    expect(JSON.stringify(problemOf(python))).toContain('python graders are rejected');
  });
});
