import { readAssessment, writeAssessment } from '../../../../src/evaluation/assessments/assessment-files.ts';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { gateRun } from '../../../../src/app/gate/gate.ts';
import { signReview, verifyReview } from '../../../../src/app/review/review.ts';
import type { AttuneError } from '../../../../src/base/errors.ts';
import { runCommandLine } from '../../../../src/cli/command-line.ts';
import type { Wording } from '../../../../src/evaluation/wording/wording-results.ts';
import type { Difference } from '../../../../src/store/results.ts';
import { writeSampleRun } from '../../jobs/report/sample-run.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-gate-'));
  vi.stubEnv('ATTUNE_HOME', join(folder, 'home'));
  writeSampleRun(folder, 2);
  writeFileSync(join(folder, 'recipe.json'), JSON.stringify({ model: 'm' }));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function review(choices: Record<string, string>): void {
  const lines = Object.entries(choices).map(([id, choice]) => `${JSON.stringify({ id, choice })}\n`);
  appendFileSync(join(folder, 'review.jsonl'), lines.join(''));
}

const choicesOf = (count: number, choice: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, choice]));

describe('the gate', () => {
  test('lets a better run pass, and keeps what it found', async () => {
    const { checks, isPassed } = await gateRun(folder);
    expect(isPassed).toBe(true);
    expect(checks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'comparison passed',
      'other_words not asked',
      'forgetting not asked',
      'flip_rate not asked',
      'safety not asked',
      'over_refusal not asked',
      'policy not asked',
      'groundedness not asked',
      'win_rate not asked',
      'sign_off not asked',
    ]);
    expect(JSON.parse(readFileSync(join(folder, 'gate.json'), 'utf8'))).toMatchObject({ isPassed: true });
  });

  test('refuses what was measured or signed with other files than the result has now', async () => {
    const weights = join(folder, 'adapter', 'adapter_model.safetensors');
    mkdirSync(join(folder, 'adapter'));
    writeFileSync(weights, 'measured');
    writeAssessment(folder, 'comparison', readAssessment(folder, 'comparison')!);
    await signReview(folder, { by: 'Anna', decision: 'approve', reason: 'read' });
    await expect(gateRun(folder, { sign_off: true })).resolves.toMatchObject({ isPassed: true });
    // Every evaluation rewrites the card.
    writeFileSync(join(folder, 'adapter', 'README.md'), 'card');
    await expect(gateRun(folder, { sign_off: true })).resolves.toMatchObject({ isPassed: true });
    writeFileSync(join(folder, 'adapter', 'chat_template.jinja'), 'another template');
    await expect(gateRun(folder, { sign_off: true })).rejects.toMatchObject({
      problems: [
        { field: 'comparison', message: expect.stringContaining('other files') },
        { field: 'sign_off', message: expect.stringContaining('chat_template.jinja was missing') },
      ],
    });
    rmSync(join(folder, 'adapter', 'chat_template.jinja'));
    writeFileSync(weights, 'another');
    await expect(verifyReview(folder)).rejects.toMatchObject({ code: 'E_SIGN_OFFS_CHANGED', exitCode: 3 });
    await expect(gateRun(folder, { sign_off: true })).rejects.toMatchObject({
      problems: [{ field: 'comparison' }, { field: 'sign_off' }],
    });
    writeFileSync(weights, 'measured');
    await expect(gateRun(folder, { sign_off: true })).resolves.toMatchObject({ isPassed: true });
  });

  test('weighs a review by its plan, as the results do', async () => {
    const chosen = ['differing', 'differing', 'random', 'random'].map((stratum, i) => ({ id: `c${i}`, stratum }));
    const plan = { version: 1, seed: 0, most: 4, pairs: 20, chosen };
    writeFileSync(join(folder, 'review-plan.json'), JSON.stringify(plan));
    review({ c0: 'a', c1: 'a', c2: 'b', c3: 'b' });
    await expect(gateRun(folder, { win_rate: 0.4 })).rejects.toMatchObject({
      problems: [{ field: 'win_rate', message: expect.stringContaining('10.0 %') }],
    });
  });

  test('refuses with every reason: worse, forgetful, unmeasured, unreviewed, unsigned', async () => {
    writeAssessment(folder, 'comparison', { ...readAssessment(folder, 'comparison')!, verdict: 'no-evidence' });
    const all = { forgetting: 0.3, flip_rate: 0.05, win_rate: 0.5, sign_off: true };
    await expect(gateRun(folder, all)).rejects.toMatchObject({
      code: 'E_GATE',
      exitCode: 3,
      problems: [
        { field: 'comparison' },
        // The loss was 0.3, and its interval reaches 0.35.
        { field: 'forgetting', message: expect.stringContaining('0.35') },
        { field: 'flip_rate', message: 'fairness was not measured' },
        { field: 'win_rate', message: 'what people prefer was not measured' },
        { field: 'sign_off', message: 'it has not been approved' },
      ],
    });
    expect((await gateRun(folder, { comparison: false, forgetting: 0.36 })).isPassed).toBe(true);
  });

  test('refuses a better result that another system leads in other words, own rows first', async () => {
    const metric = { name: 'accuracy', title: 'accuracy', better: 'higher', best: 1 } as const;
    const system = (name: string, asTested: number, reworded: number) => ({
      name,
      title: name,
      values: { accuracy: { asTested, reworded } },
    });
    const figures = (mine: number, theirs: number): Omit<Wording, 'version'> => ({
      rows: 200,
      testedRows: 200,
      confidence: 0.95,
      metrics: [metric],
      systems: [system('tuned', 0.97, mine), system('nearest', 0.9, theirs)],
      against: { name: 'nearest', verdict: mine < theirs ? 'worse' : 'no-evidence' },
      examples: [],
    });
    const measured = (rules: readonly [number, number], own?: readonly [number, number]) => {
      const ofOwn = own && { own: { version: 1 as const, ...figures(...own), file: 'own.csv' } };
      writeAssessment(folder, 'wording', { version: 1, ...figures(...rules), ...ofOwn });
    };
    const outcome = async (options = {}) =>
      (await gateRun(folder, options)).checks.find(({ name }) => name === 'other_words')!.outcome;
    measured([0.95, 0.9]);
    expect(await outcome()).toBe('not asked');
    expect(await outcome({ other_words: true })).toBe('passed');
    measured([0.4, 0.8]);
    const worse = {
      code: 'E_GATE',
      problems: [{ field: 'other_words', message: expect.stringContaining('80 of 200') }],
    };
    await expect(gateRun(folder)).rejects.toMatchObject(worse);
    await expect(gateRun(folder, { margin: 30 })).rejects.toMatchObject(worse);
    expect(await outcome({ comparison: false, safety: null, forgetting: 0.36 })).toBe('not asked');
    expect(await outcome({ other_words: false })).toBe('not asked');
    // Holds on rows rephrased by rules but not on the user's own rows, or the reverse.
    measured([0.95, 0.9], [0.3, 0.6]);
    await expect(gateRun(folder)).rejects.toMatchObject({
      problems: [
        {
          message:
            'It answers 60 of 200 rows of your own (own.csv) right, 194 of 200 test rows; ' +
            'nearest 120, 180 of 200 test rows: use nearest, or tune another base.',
        },
      ],
    });
    measured([0.4, 0.8], [0.9, 0.6]);
    expect(await outcome()).toBe('not asked');
    // No rival is better, but a check that is requested by name must hold.
    measured([0.5, 0.5]);
    expect(await outcome()).toBe('not asked');
    await expect(gateRun(folder, { other_words: true })).rejects.toMatchObject({
      problems: [{ field: 'other_words' }],
    });
  });

  test('names the margin that lets a tie pass, not where a rival is far better, and warns of a wide one', async () => {
    const known = readAssessment(folder, 'comparison')!;
    const tie = { estimate: 0.5, low: -3, high: 4, verdict: 'no-evidence' as const };
    const behind = { estimate: -9, low: -12, high: -6, verdict: 'worse' as const };
    const fixFor = async (gap: Partial<Difference>) => {
      const differences = known.differences.map((one) => ({ ...one, ...gap }));
      writeAssessment(folder, 'comparison', { ...known, differences, verdict: gap.verdict!, conclusion: undefined });
      const error: unknown = await gateRun(folder).catch((thrown: unknown) => thrown);
      return (error as AttuneError).problems[0].fix;
    };
    expect(await fixFor(tie)).toContain('--margin');
    expect(await fixFor(behind)).toBe('use the better system, or train on more or better rows');
    await expect(gateRun(folder, { margin: 5 })).rejects.toMatchObject({ problems: [{ field: 'margin' }] });
    writeAssessment(folder, 'comparison', known);
    const [{ message }] = (await gateRun(folder, { margin: 30 })).checks;
    expect(message).toContain('Warning: this margin is 60 % of the result’s own 50, so noise would pass');
    expect(readFileSync(join(folder, 'gate.html'), 'utf8')).not.toContain(dirname(folder));
  });

  test('takes its settings from the recipe, and flags in their place', async () => {
    writeFileSync(join(folder, 'recipe.json'), JSON.stringify({ gate: { margin: 1, win_rate: 0.6 } }));
    await expect(gateRun(folder)).rejects.toMatchObject({ problems: [{ field: 'win_rate' }] });
    review(choicesOf(12, 'a'));
    expect((await gateRun(folder)).checks[0]).toMatchObject({ name: 'margin', outcome: 'passed' });
    await expect(gateRun(folder, { win_rate: 0.9 })).rejects.toMatchObject({ problems: [{ field: 'win_rate' }] });
    await expect(gateRun(folder, { win_rate: 2 })).rejects.toMatchObject({ code: 'E_GATE_SETTINGS' });
    writeFileSync(join(folder, 'recipe.json'), JSON.stringify({ gate: { comparison: false } }));
    await expect(gateRun(folder)).rejects.toMatchObject({ code: 'E_GATE_SETTINGS' });
  });

  test('wants an approval of what there is now', async () => {
    const decide = (decision: 'approve' | 'reject') => signReview(folder, { by: 'Anna', decision, reason: 'seen' });
    const asked = { comparison: false, sign_off: true };
    await decide('reject');
    await expect(gateRun(folder, asked)).rejects.toMatchObject({
      problems: [{ message: expect.stringMatching(/^rejected by Anna/) }],
    });
    await decide('approve');
    expect((await gateRun(folder, asked)).isPassed).toBe(true);
    review({ c0: 'b' });
    await expect(gateRun(folder, asked)).rejects.toMatchObject({
      problems: [{ message: expect.stringMatching(/choices were added/) }],
    });
    await decide('approve');
    writeAssessment(folder, 'comparison', { ...readAssessment(folder, 'comparison')!, sentence: 'much better' });
    await expect(gateRun(folder, asked)).rejects.toMatchObject({
      problems: [{ message: expect.stringMatching(/signed files have changed/) }],
    });
  });

  test('ends with exit code 3 and its reasons on the command line, in one JSON document too', async () => {
    let [stdout, stderr] = ['', ''];
    const surroundings = {
      stdin: {},
      stdout: { write: (text: string) => void (stdout += text) },
      stderr: { write: (text: string) => void (stderr += text) },
      env: {},
    };
    expect(await runCommandLine(['gate', folder, '--sign-off'], surroundings)).toBe(3);
    expect(stderr).toContain('it has not been approved');
    expect(await runCommandLine(['gate', folder, '--sign-off', '--json'], surroundings)).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'E_GATE', problems: [{ field: 'sign_off' }] } });
    expect(stderr).toContain('gate.html');
    expect(await runCommandLine(['gate', folder, '--margin', 'x'], surroundings)).toBe(1);
    expect(await runCommandLine(['gate', folder, '--max-compliance', '5'], surroundings)).toBe(1);
    expect(stderr).toContain('--max-compliance is out of range');
    stdout = '';
    expect(await runCommandLine(['gate', folder], surroundings)).toBe(0);
    expect(stdout).toContain('gate.html');
    const page = readFileSync(join(folder, 'gate.html'), 'utf8');
    expect(page).toContain('better than others');
    expect(page).toContain('✓');
  });
});
