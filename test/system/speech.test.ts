// From recordings and their texts to a character-level model that is evaluated, reopened and reproduced.
import { cpSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { WaveFile } from '../wave-file.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadInputBench } from './bad-input-bench.ts';

let bench: BadInputBench;
const fixture = fileURLToPath(new URL('../../fixtures/models/wav2vec2', import.meta.url));
const RATE = 4000;
const PITCH: Readonly<Record<string, number>> = { a: 180, b: 320, c: 560 };

/** A tone per letter, with noise that differs between rows. */
function recording(text: string, row: number): Uint8Array {
  const samples = [...` ${text} `].flatMap((letter, place) =>
    Array.from({ length: 500 }, (_, t) => {
      const tone = letter === ' ' ? 0 : Math.sin((2 * Math.PI * PITCH[letter.toLowerCase()] * t) / RATE);
      return Math.round(
        12_000 * tone * Math.sin((Math.PI * t) / 500) + 300 * Math.sin((row + 1) * (t + 61 * place) ** 2),
      );
    }),
  );
  const made = new WaveFile();
  made.fromScratch(1, RATE, '16', Int16Array.from(samples) as never);
  return made.toBuffer();
}

function train(output: string, ...more: string[]): string[] {
  const data = ['--train', 'rows.jsonl', '--objective', 'ctc', '--validation', '0.1', '--test', '0.2'];
  const settings = [
    '--precision',
    'f32',
    '--learning-rate',
    '2e-3',
    '--batch-size',
    '4',
    '--evaluation.baselines',
    'cheap',
  ];
  return ['train', ...data, ...settings, '--output-dir', output, ...more];
}

describe.skipIf(!existsSync('build/attune.node'))('a model of letters', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    cpSync(fixture, bench.path('speech'), { recursive: true });
    const processor = { feature_extractor_type: 'Wav2Vec2FeatureExtractor', sampling_rate: 2000 };
    bench.write('speech/preprocessor_config.json', JSON.stringify(processor));
    const rows = Array.from({ length: 40 }, (_, row) => {
      const text = Array.from({ length: 2 + (row % 3) }, (_, i) => 'ABC'[(row * 7 + i * (1 + (row % 5))) % 3]).join('');
      bench.write(`${row}.wav`, recording(text, row));
      return JSON.stringify({ audio: `${row}.wav`, text: `${text}.` });
    });
    bench.write('rows.jsonl', rows.join('\n'));
    const { code, stderr } = bench.run(train('letters', '--model', 'speech', '--tuning', 'full', '--max-steps', '30'));
    if (code !== 0) throw new Error(stderr);
  });
  afterAll(() => bench.remove());

  it('writes the letters of its training rows, in files that transformers reads', () => {
    expect(JSON.parse(bench.text('letters/model/vocab.json'))).toEqual({
      '[PAD]': 0,
      '[UNK]': 1,
      '|': 2,
      a: 3,
      b: 4,
      c: 5,
    });
    expect(JSON.parse(bench.text('letters/model/config.json'))).toMatchObject({
      architectures: ['Wav2Vec2ForCTC'],
      vocab_size: 6,
      pad_token_id: 0,
      ctc_loss_reduction: 'mean',
    });
    expect(existsSync(bench.path('letters/model/preprocessor_config.json'))).toBe(true);
  });

  it('is measured by word and character error rate', () => {
    expect(bench.run(['eval', 'letters']).document.metrics).toMatchObject({
      spoken_word_error_rate: expect.any(Number),
      spoken_character_error_rate: expect.any(Number),
    });
  });

  it('writes down the recordings of a file', () => {
    const { document } = bench.run(['generate', 'letters', '--input', 'rows.jsonl']);
    const { answers = [] } = document as { answers?: { prompt: string; completion: string }[] };
    expect(answers.length, JSON.stringify(document).slice(0, 300)).toBe(40);
    expect(answers.every(({ completion }) => /^[abc ]*$/.test(completion))).toBe(true);
    expect(answers[3].prompt).toMatch(/3\.wav$/);
  });

  it('is tuned further by an adapter, which holds its head where the letters are others', () => {
    const more = ['--model', 'letters/model', '--r', '2', '--max-steps', '2', '--vocabulary', 'data'];
    expect(bench.run(train('new', ...more)).code).toBe(0);
    expect(JSON.parse(bench.text('new/adapter/adapter_config.json')).modules_to_save).toEqual(['lm_head']);
    expect(bench.run(['eval', 'new']).code).toBe(0);
  });

  it('is trained in its last block only, on what the others made of each recording', () => {
    const more = ['--model', 'letters/model', '--tuning', 'freeze', '--trainable_layers', '1', '--max-steps', '2'];
    const { code, stderr } = bench.run(train('last', ...more));
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('computing 1 frozen block');
  });

  it('names all recordings that cannot be used before anything is trained', () => {
    bench.write('empty.wav', 'not a recording');
    bench.write(
      'bad.jsonl',
      ['empty.wav', 'missing.wav', '0.wav'].map((audio) => JSON.stringify({ audio, text: 'A' })).join('\n'),
    );
    const argv = train('bad', '--model', 'speech').map((word) => (word === 'rows.jsonl' ? 'bad.jsonl' : word));
    const { code, document } = bench.run(argv);
    expect(code).toBe(1);
    expect(JSON.stringify(document)).toMatch(/missing\.wav/);
  });
});
