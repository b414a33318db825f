// Conversations about images, from rows to a model that is evaluated, exported and served.
import { readAssessment } from '../../src/evaluation/assessments/assessment-files.ts';
import { existsSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadInputBench } from './bad-input-bench.ts';
import { writeTinyVlm } from './cli-tiny-vlm.ts';
import { post, startServer } from './serve-tiny.ts';

let bench: BadInputBench;
const colours = { red: [230, 30, 30], green: [30, 220, 40], blue: [40, 40, 230], white: [240, 240, 240] } as const;
type Colour = keyof typeof colours;
const names = Object.keys(colours) as Colour[];

/** Two colours side by side, in two squares. */
function image(left: Colour, right: Colour, row: number): Promise<Buffer> {
  const data = Buffer.alloc(32 * 16 * 3);
  for (let place = 0; place < data.length; place++) {
    const colour = colours[Math.floor(place / 3) % 32 < 16 ? left : right];
    data[place] = colour[place % 3] + ((place * (row + 3)) % 11);
  }
  return sharp(data, { raw: { width: 32, height: 16, channels: 3 } })
    .png()
    .toBuffer();
}

const asked = (url: string, text: string) => ({
  role: 'user',
  content: [
    { type: 'image_url', image_url: { url } },
    { type: 'text', text },
  ],
});

function train(output: string, ...more: string[]): string[] {
  const data = ['--train', 'rows.jsonl', '--model', 'vlm', '--validation', '0', '--test', '0.2'];
  const settings = ['--precision', 'f32', '--learning-rate', '1e-2', '--batch-size', '32'];
  return ['train', ...data, ...settings, '--output-dir', output, ...more];
}

describe.skipIf(!existsSync('build/attune.node'))('conversations about images', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    await writeTinyVlm(bench.path('vlm'), `Left? Right? ${names.join(' ')} User Assistant `.repeat(3), 32);
    const rows: string[] = [];
    for (let row = 0; row < 96; row++) {
      const [left, right] = [names[row % 4], names[(row >> 2) % 4]];
      bench.write(`${row}.png`, await image(left, right, row));
      for (const [side, answer] of [['Left?', left] as const, ['Right?', right] as const]) {
        rows.push(JSON.stringify({ messages: [asked(`${row}.png`, side), { role: 'assistant', content: answer }] }));
      }
    }
    bench.write('rows.jsonl', rows.join('\n'));
  });
  afterAll(() => bench.remove());

  it('are learnt, evaluated, answered and served', async () => {
    const { code, stderr } = bench.run(train('tuned', '--tuning', 'full', '--max-steps', '100'));
    expect(code, stderr).toBe(0);
    const { metric, systems } = readAssessment(bench.path('tuned'), 'comparison')!;
    const [tuned, base] = systems.map(({ values }) => values.accuracy.value);
    expect(metric).toBe('accuracy');
    expect(tuned).toBeGreaterThan(Math.max(0.9, base + 0.3));
    expect(bench.run(['eval', 'tuned', '--split', 'test']).document.metrics).toMatchObject({ accuracy: tuned });
    bench.write('asked.jsonl', JSON.stringify({ images: ['7.png'], messages: [{ role: 'user', content: 'Left?' }] }));
    const { answers } = bench.run(['generate', 'tuned', '--input', 'asked.jsonl']).document;
    expect(answers).toMatchObject([{ completion: ' white', finish: 'stop' }]);

    const server = await startServer({ models: [bench.path('tuned'), bench.path('model')] });
    const url = `data:image/png;base64,${readFileSync(bench.path('6.png')).toString('base64')}`;
    const ask = (address: string, model = 'tuned') =>
      post(server, '/v1/chat/completions', { model, messages: [asked(address, 'Right?')], temperature: 0 });
    try {
      const { body } = await ask(url);
      expect(body!.choices[0].message.content.trim()).toBe('green');
      const refused = [await ask('https://example.org/a.png'), await ask('/etc/passwd'), await ask(url, 'model')];
      for (const { status, body: said } of refused) {
        expect([status, said!.error.param.slice(0, 22)]).toEqual([400, 'messages[0].content[0]']);
      }
      expect((await ask('data:image/png;base64,AAAA')).status).toBe(400);
    } finally {
      await server.close();
    }
  });

  it('are learnt by adapters of the part that sees, which are exported as any other', () => {
    const expression = '.*(vision_model.*proj|connector.*proj)';
    const command = train('seeing', '--tuning.target_modules', expression, '--max-steps', '2');
    const { code, stderr } = bench.run([...command, '--training.micro_batch_tokens', '60']);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(bench.text('seeing/adapter/adapter_config.json'))).toMatchObject({ target_modules: expression });
    expect(bench.run(['export', 'seeing', '--to', 'merged']).code).toBe(0);
    for (const name of ['preprocessor_config.json', 'chat_template.jinja', 'model.safetensors'])
      expect(existsSync(bench.path(`seeing/merged/${name}`))).toBe(true);
    bench.write('asked.jsonl', JSON.stringify({ images: ['7.png'], messages: [{ role: 'user', content: 'Left?' }] }));
    const [one, other] = ['seeing', 'seeing/merged'].map((name) =>
      bench.run(['generate', name, '--input', 'asked.jsonl', '--precision', 'f32', '--max-new-tokens', '4']),
    );
    expect(other.document.answers).toEqual(one.document.answers);
  });

  it('that cannot be read, or that the model does not read, are told with their places', () => {
    bench.write('broken.png', 'no image at all');
    const row = (path: string) => ({ messages: [asked(path, 'Left?'), { role: 'assistant', content: 'red' }] });
    bench.write('broken.jsonl', [row('1.png'), row('broken.png')].map((one) => JSON.stringify(one)).join('\n'));
    const swap = (from: string, to: string, argv: string[]) => argv.map((word) => (word === from ? to : word));
    const broken = bench.failure(swap('rows.jsonl', 'broken.jsonl', swap('0.2', '0', train('broken'))));
    expect(broken.problems).toMatchObject([{ line: 2, message: expect.stringContaining('broken.png cannot be read') }]);
    const blind = bench.failure(swap('vlm', 'model', train('blind')));
    expect(blind).toMatchObject({ code: 'E_WRONG_MODEL', expected: expect.stringContaining('reads images') });
    const long = bench.failure([...train('long'), '--max-length', '20', '--long-rows', 'truncate']);
    expect(long.code).toBe('E_ROWS_TOO_LONG');
  });
});
