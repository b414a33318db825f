// From a folder of images, with a folder per class, to an evaluated result, on the command line.
import { readAssessment } from '../../src/evaluation/assessments/assessment-files.ts';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomUint32 } from '../../src/base/random.ts';
import { readSamples } from '../../src/store/samples.ts';
import { BadInputBench } from './bad-input-bench.ts';

let bench: BadInputBench;

/** Noise with one bright half, whose side is the class. */
async function image(index: number, side: 'left' | 'right'): Promise<Buffer> {
  const [width, height] = [40 + (index % 9), 36 + (index % 5)];
  const data = Buffer.alloc(width * height * 3);
  for (let place = 0; place < data.length; place++) {
    const isLeft = Math.floor(place / 3) % width < width / 2;
    data[place] = (randomUint32([3, side, index], place) % 120) + (isLeft === (side === 'left') ? 120 : 0);
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

function train(output: string, data: string, more: Record<string, string> = {}): string[] {
  const settings = {
    model: 'vit',
    train: data,
    objective: 'classification',
    precision: 'f32',
    'learning-rate': '3e-3',
  };
  const sizes = { 'max-steps': '30', 'batch-size': '16', validation: '0.2', test: '0.3', 'output-dir': output };
  const all = Object.entries({ ...settings, ...sizes, ...more });
  return ['train', ...all.flatMap(([name, value]) => [`--${name}`, value])];
}

describe.skipIf(!existsSync('build/attune.node'))('rows of images', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    cpSync('fixtures/models/vit', bench.path('vit'), { recursive: true });
    bench.write(
      'vit/preprocessor_config.json',
      JSON.stringify({ image_processor_type: 'ViTImageProcessor', size: 32 }),
    );
    for (let index = 0; index < 80; index++) {
      const side = index % 2 === 0 ? 'left' : 'right';
      bench.write(`sides/${side}/${index}.png`, await image(index, side));
    }
  });
  afterAll(() => bench.remove());

  it.each(['lora', 'full'])('train with %s, are compared with cheap baselines, and read again', (name) => {
    const { code, stderr } = bench.run(train(name, 'sides', { tuning: name }));
    expect(code, stderr).toBe(0);
    const { systems, metric } = readAssessment(bench.path(name), 'comparison')!;
    expect(metric).toBe('accuracy');
    const values = new Map(systems.map((system) => [system.name, system.values.accuracy.value]));
    expect(values.get('tuned')).toBeGreaterThan(0.8);
    expect([...values.keys()]).toEqual(expect.arrayContaining(['pixels', 'majority']));
    expect([...values.keys()]).not.toContain('logistic_regression');
    expect(bench.run(['eval', name]).document.metrics).toMatchObject({ accuracy: expect.any(Number) });
    const { rows } = readSamples(bench.path(name))!;
    expect(rows[0]).toMatchObject({ file: expect.stringMatching(/^(left|right).\d+\.png$/), prompt: '' });
    expect(rows[0].picture).toMatch(/^data:image\/jpeg;base64,/);
    expect(bench.text(`${name}/report.html`)).toContain('img-src data:');
    const folder = name === 'lora' ? 'adapter' : 'model';
    expect(existsSync(bench.path(`${name}/${folder}/preprocessor_config.json`))).toBe(true);
    expect(existsSync(bench.path(`${name}/${folder}/tokenizer.json`))).toBe(false);
  });

  it('train the last block only, on outputs of the others that are computed once for all runs, to the same bytes', () => {
    const settings = { tuning: 'freeze', trainable_layers: '1', 'max-steps': '10' };
    const first = bench.run(train('frozen', 'sides', settings));
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toContain('computing 1 frozen block');
    const again = bench.run(train('again', 'sides', { ...settings, threshold: 'auto' }));
    expect(again.code, again.stderr).toBe(0);
    const { label_thresholds: thresholds } = JSON.parse(bench.text('again/model/config.json'));
    expect(thresholds).toEqual({ right: expect.any(Number) });
    expect(again.stderr).not.toContain('computing 1 frozen block');
    const weights = (run: string) => readFileSync(bench.path(`${run}/model/model.safetensors`));
    expect(weights('again').equals(weights('frozen'))).toBe(true);
  });

  it('that are no images, and rows of text, are told with their places', () => {
    const rows = [0, 1, 2, 3].map((i) => ({ image: `sides/left/${2 * i}.png`, label: i < 2 ? 'a' : 'b' }));
    bench.write('broken.png', 'no image at all');
    bench.write(
      'broken.jsonl',
      [...rows, { image: 'broken.png', label: 'a' }].map((row) => JSON.stringify(row)).join('\n'),
    );
    const broken = bench.run(train('broken', 'broken.jsonl', { validation: '0', test: '0' }));
    expect([broken.code, broken.document.error]).toMatchObject([1, { code: 'E_MEDIA_UNREADABLE' }]);
    bench.write('gone.jsonl', JSON.stringify({ image: 'nowhere.png', label: 'a' }));
    const gone = bench.run(train('gone', 'gone.jsonl'));
    expect([gone.code, gone.document.error]).toMatchObject([1, { code: 'E_BAD_ROWS' }]);
    bench.write(
      'text.jsonl',
      ['a', 'b', 'c', 'd'].map((text, i) => JSON.stringify({ text, label: String(i % 2) })).join('\n'),
    );
    const text = bench.run(train('text', 'text.jsonl', { validation: '0', test: '0' }));
    // If all rows are of another kind, the base model is wrong rather than the rows.
    expect([text.code, text.document.error]).toMatchObject([1, { code: 'E_WRONG_MODEL' }]);
  });
});
