// Forgetting by a run's result, and the limit on it.
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Forgetting } from '../../src/evaluation/assessments/forgetting.ts';
import type { Overfitting } from '../../src/evaluation/assessments/overfitting.ts';
import { BadInputBench } from './bad-input-bench.ts';

let bench: BadInputBench;

function train(output: string, ...more: string[]) {
  const argv = ['train', '--model', 'model', '--train', 'good.jsonl', '--precision', 'f32', '--test', '0'];
  return bench.run([...argv, '--validation', '0', '--max-steps', '4', '--output-dir', output, ...more]);
}

describe.skipIf(!existsSync('build/attune.node'))('a run that measures what its result forgot', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
  });
  afterAll(() => bench.remove());

  it('tells it in its result and its folder, and keeps a result within the limit', { timeout: 120_000 }, () => {
    const { code, document, stderr } = train('kept', '--max-forgetting', '5');
    expect(stderr).toContain('bits per byte of general English');
    expect(code).toBe(0);
    const forgetting = JSON.parse(bench.text('kept/forgetting.json')) as Forgetting;
    expect(document.forgetting).toEqual(forgetting);
    const [bits, words] = forgetting.measures;
    expect(bits.after - bits.before).toBeCloseTo(bits.loss, 10);
    expect(words.rows).toBeGreaterThan(100);
  });

  it('refuses with exit code 3 a result beyond the limit, which stays in its folder', { timeout: 120_000 }, () => {
    const { code, document } = train('lost', '--max-forgetting', '0', '--learning-rate', '0.3', '--tuning', 'full');
    expect(code).toBe(3);
    expect(document).toMatchObject({ error: { code: 'E_FORGETTING', exitCode: 3 } });
    expect(bench.text('lost/model/config.json')).toContain('model_type');
  });

  it('measures what it learnt by heart, also in other words than its rows have', { timeout: 120_000 }, () => {
    const rows = Array.from({ length: 24 }, (_, i) => ({
      prompt: `Please tell me about box ${i * 37}.`,
      completion: ` B${i}`,
    }));
    bench.write('polite.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const argv = ['train', '--model', 'model', '--train', 'polite.jsonl', '--precision', 'f32', '--test', '0'];
    const more = ['--validation', '0.25', '--max-steps', '2', '--overfitting', 'true', '--output-dir', 'heart'];
    const { code, document } = bench.run([...argv, ...more]);
    expect(code).toBe(0);
    const { gap, paraphrases } = JSON.parse(bench.text('heart/overfitting.json')) as Overfitting;
    expect(document.overfitting).toMatchObject({ paraphrases });
    const { training, validation } = paraphrases!;
    expect([training.rows, validation?.rows]).toEqual([gap!.trainingRows, gap!.validationRows]);
    expect(training.tuned.original).toBeCloseTo(gap!.training, 6);
    const change = ({ original, rephrased }: { original: number; rephrased: number }) => rephrased - original;
    expect(training.excess).toBeCloseTo(change(training.tuned) - change(training.base), 10);
    expect(bench.text('heart/report.html')).toContain('rewordings of prompts in training rows');
  });

  it('is refused for a classifier before anything is trained', { timeout: 60_000 }, () => {
    const rows = [0, 1, 2, 3, 4, 5].map((row) => `${JSON.stringify({ text: `text ${row}`, label: 'ab'[row % 2] })}\n`);
    bench.write('classes.jsonl', rows.join(''));
    const argv = ['train', '--model', 'model', '--train', 'classes.jsonl', '--output-dir', 'classes'];
    const { code } = bench.failure([...argv, '--objective', 'classification', '--general', 'true']);
    expect(code).toBe('E_GENERAL_SET');
    expect(existsSync(bench.path('classes/checkpoints'))).toBe(false);
  });
});
