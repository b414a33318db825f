// From a file of image-text pairs to a model that is evaluated in both directions, on the command line.
import { readAssessment } from '../../src/evaluation/assessments/assessment-files.ts';
import { existsSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadInputBench } from './bad-input-bench.ts';
import { writeTinyClip } from './cli-tiny-clip.ts';

let bench: BadInputBench;
const colours = { red: [230, 30, 30], green: [30, 220, 40], blue: [40, 40, 230], white: [240, 240, 240] } as const;
type Colour = keyof typeof colours;
const names = Object.keys(colours) as Colour[];

/** One colour above another. */
function image(above: Colour, below: Colour, row: number): Promise<Buffer> {
  const data = Buffer.alloc(32 * 32 * 3);
  for (let place = 0; place < data.length; place++) {
    const colour = colours[place < data.length / 2 ? above : below];
    data[place] = colour[place % 3] + ((place * (row + 3)) % 11);
  }
  return sharp(data, { raw: { width: 32, height: 32, channels: 3 } })
    .png()
    .toBuffer();
}

function train(output: string, ...more: string[]): string[] {
  const data = ['--train', 'pairs.jsonl', '--model', 'clip', '--validation', '0.1', '--test', '0.25'];
  const settings = ['--objective', 'image_text_contrastive', '--precision', 'f32', '--learning-rate', '1e-3'];
  return ['train', ...data, ...settings, '--batch-size', '16', '--output-dir', output, ...more];
}

describe.skipIf(!existsSync('build/attune.node'))('images and their texts', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    writeTinyClip(bench.path('clip'), [...names, 'above', 'a', 'photo']);
    const rows: string[] = [];
    for (let row = 0; row < 48; row++) {
      const [above, below] = [names[row % 4], names[(row >> 2) % 4]];
      bench.write(`${row}.png`, await image(above, below, row));
      rows.push(JSON.stringify({ image: `${row}.png`, text: `${above} above ${below}` }));
    }
    bench.write('pairs.jsonl', rows.join('\n'));
  });
  afterAll(() => bench.remove());

  it('find each other better once they are tuned, by an adapter and in micro-batches too', () => {
    expect(bench.run(['init', 'pairs.jsonl', '--yes']).document).toMatchObject({ objective: 'image_text_contrastive' });
    const { code, stderr } = bench.run(train('tuned', '--tuning', 'full', '--max-steps', '80'));
    expect(code, stderr).toBe(0);
    const { metric, systems } = readAssessment(bench.path('tuned'), 'comparison')!;
    expect([metric, systems.map(({ name }) => name)]).toEqual(['mrr', ['tuned', 'base']]);
    const [tuned, base] = systems.map(({ values }) => values);
    for (const name of ['mrr', 'recall_at_1', 'image_recall_at_1'] as const) {
      expect(tuned[name].value).toBeGreaterThan(base[name].value + 0.2);
    }
    expect(bench.run(['eval', 'tuned', '--split', 'test']).document.metrics).toMatchObject({
      mrr: expect.any(Number),
      image_recall_at_1: expect.any(Number),
    });
    const lora = bench.run(train('lora', '--max-steps', '2', '--training.micro_batch_tokens', '40'));
    expect(lora.code, JSON.stringify(lora.document)).toBe(0);
    expect(bench.run(['export', 'lora', '--to', 'merged']).code).toBe(0);
    expect(bench.run(['runs', 'verify', 'lora']).code).toBe(0);
  });

  it('that are no pairs, and models that see nothing, are told', () => {
    bench.write('empty.jsonl', JSON.stringify({ image: '0.png', text: ' ' }));
    const empty = bench.failure(train('empty').map((word) => (word === 'pairs.jsonl' ? 'empty.jsonl' : word)));
    expect(empty.problems[0]).toMatchObject({ line: 1, field: 'text' });
    const blind = bench.failure(train('blind').map((word) => (word === 'clip' ? 'model' : word)));
    expect(blind.code).toBe('E_WRONG_MODEL');
  });
});
