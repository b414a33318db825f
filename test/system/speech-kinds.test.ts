// Everything that works for runs, with recordings: letters, tokens and classes; unsuitable recordings and models.
import { cpSync, existsSync } from 'node:fs';
import { WaveFile } from '../wave-file.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadInputBench } from './bad-input-bench.ts';
import { writeTinyWhisper } from './cli-tiny-whisper.ts';

let bench: BadInputBench;
const RATE = 4000;
const HERTZ = { low: 220, high: 900 };
type Pitch = keyof typeof HERTZ;

function wav(samples: readonly number[]): Uint8Array {
  const made = new WaveFile();
  made.fromScratch(1, RATE, '16', Int16Array.from(samples) as never);
  return made.toBuffer();
}

const tone = (pitch: Pitch, samples: number, row: number): number[] =>
  Array.from({ length: samples }, (_, i) =>
    Math.round(9000 * Math.sin((2 * Math.PI * HERTZ[pitch] * i) / RATE) + 300 * Math.sin((row + 1) * i * i)),
  );

function train(model: string, output: string, ...more: string[]): string[] {
  const data = ['--train', 'rows.jsonl', '--validation', '0.1', '--test', '0.3', '--evaluation.baselines', 'none'];
  const settings = ['--precision', 'f32', '--max-steps', '4', '--batch-size', '4', '--r', '2'];
  return ['train', '--model', model, ...data, ...settings, '--output-dir', output, ...more];
}

/** The same command on other rows. */
const on = (file: string, argv: readonly string[]): string[] =>
  argv.map((word) => (word === 'rows.jsonl' ? file : word));

function measured(run: string, metric: string): void {
  expect(bench.run(['eval', run]).document.metrics).toMatchObject({ [metric]: expect.any(Number) });
}

function compared(run: string, metric: string): void {
  const { comparison } = bench.run(['compare', run, `base:${run}`]).document as {
    comparison: { systems: { values: Record<string, unknown> }[] };
  };
  expect(comparison.systems.map(({ values }) => Object.keys(values).includes(metric))).toEqual([true, true]);
}

describe.skipIf(!existsSync('build/attune.node'))('recordings', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    cpSync('fixtures/models/wav2vec2', bench.path('letters'), { recursive: true });
    const letters = ['[PAD]', '[UNK]', '|', ...'abcdefghijklmnopqrstuvwxyz'];
    bench.write('letters/vocab.json', JSON.stringify(Object.fromEntries(letters.map((letter, id) => [letter, id]))));
    bench.write('letters/tokenizer_config.json', '{"pad_token":"[PAD]","unk_token":"[UNK]"}');
    const waveform = { feature_extractor_type: 'Wav2Vec2FeatureExtractor', sampling_rate: RATE };
    bench.write('letters/preprocessor_config.json', JSON.stringify(waveform));
    writeTinyWhisper(bench.path('whisper'), ['low', 'high', 'tone']);
    const rows = Array.from({ length: 30 }, (_, row) => {
      const pitch: Pitch = row % 2 === 0 ? 'low' : 'high';
      bench.write(`${row}.wav`, wav(tone(pitch, 1200 + 40 * row, row)));
      return { audio: `${row}.wav`, pitch };
    });
    const lines = (of: (pitch: Pitch) => object) =>
      rows.map(({ audio, pitch }) => JSON.stringify({ audio, ...of(pitch) })).join('\n');
    bench.write(
      'rows.jsonl',
      lines((pitch) => ({ text: `${pitch} tone` })),
    );
    bench.write(
      'labels.jsonl',
      lines((label) => ({ label })),
    );
  });
  afterAll(() => bench.remove());

  it('and letters are trained by an adapter, measured, compared and merged', () => {
    const { code, stderr } = bench.run(train('letters', 'heard', '--objective', 'ctc'));
    expect(code, stderr).toBe(0);
    measured('heard', 'spoken_character_error_rate');
    compared('heard', 'spoken_character_error_rate');
    const merged = bench.run(['export', 'heard', '--to', 'merged']);
    expect(merged.code, merged.stderr).toBe(0);
    expect((merged.document.after as number) / (merged.document.before as number)).toBeCloseTo(1, 3);
    const shown = bench.run(['models', 'show', 'heard/merged']).document;
    expect(shown).toMatchObject({ modelType: 'wav2vec2', reads: ['audio'], tasks: ['ctc', 'sequence'] });
  });

  it('and tokens too, and a model that writes times tells them', () => {
    const wish = ['--objective', 'speech_seq2seq', '--language', 'en'];
    const { code, stderr } = bench.run(train('whisper', 'written', ...wish));
    expect(code, stderr).toBe(0);
    compared('written', 'spoken_word_error_rate');
    bench.write('long.wav', wav([...tone('low', 6000, 1), ...tone('high', 4800, 2)]));
    bench.write('ask.jsonl', '{"audio":"long.wav"}\n');
    const timed = ['generate', 'written', '--input', 'ask.jsonl', '--language', 'de', '--timestamps'];
    const { answers } = bench.run(timed).document as { answers: Record<string, unknown>[] };
    expect(answers[0]).toMatchObject({ language: 'de', completion: expect.any(String) });
    const segments = answers[0].segments as { start: number; end: number; text: string }[];
    expect(segments.map(({ text }) => text).join(' ')).toBe(answers[0].completion);
    expect(Math.max(...segments.map(({ end }) => end))).toBeLessThanOrEqual(3.7);
    expect(bench.failure(['generate', 'model', '--input', 'good.jsonl', '--timestamps']).what).toMatch(/recordings/);
  });

  it('and classes too', () => {
    const { code, stderr } = bench.run(
      on('labels.jsonl', train('letters', 'classes', '--objective', 'classification')),
    );
    expect(code, stderr).toBe(0);
    measured('classes', 'accuracy');
  });

  it('without a sample, a sound or enough of it are told with their places, before anything is trained', () => {
    bench.write('nothing.wav', wav([]));
    bench.write('silence.wav', wav(Array<number>(4000).fill(0)));
    bench.write('click.wav', wav([0, 9000, -9000]));
    const files = ['nothing.wav', 'silence.wav', 'click.wav', '0.wav'];
    bench.write('unfit.jsonl', files.map((audio) => JSON.stringify({ audio, text: 'low' })).join('\n'));
    const whole = ['--validation', '0', '--test', '0', '--dry-run'];
    const { problems } = bench.failure([
      'train',
      '--model',
      'letters',
      '--train',
      'unfit.jsonl',
      '--objective',
      'ctc',
      ...whole,
    ]);
    expect(problems.map(({ line, field }) => [line, field])).toEqual([1, 2, 3].map((line) => [line, 'audio']));
    expect(problems.map(({ message }) => message).join('\n')).toMatch(/no samples[\s\S]*silent[\s\S]*too short/);
    const asked = bench.failure(['generate', 'letters', '--input', 'unfit.jsonl']);
    expect(asked.problems).toMatchObject([{ line: 1, message: expect.stringMatching(/no samples/) }]);
  });

  it('are refused by a model whose processor is that of another', () => {
    bench.write('0.jsonl', '{"audio":"0.wav"}');
    bench.copy('letters', 'spectrum');
    bench.write('spectrum/preprocessor_config.json', bench.text('whisper/preprocessor_config.json'));
    const { code, got } = bench.failure(train('spectrum', 'bad', '--objective', 'ctc', '--dry-run'));
    expect([code, got]).toEqual(['E_PROCESSOR_WRONG', 'a spectrogram of 16 by 100 (mel bins by frames)']);
    bench.copy('whisper', 'waves');
    bench.write('waves/preprocessor_config.json', bench.text('letters/preprocessor_config.json'));
    const waves = bench.failure(
      train('waves', 'bad', '--objective', 'speech_seq2seq', '--language', 'en', '--dry-run'),
    );
    expect([waves.code, waves.got]).toEqual(['E_PROCESSOR_WRONG', 'a waveform']);
    expect(bench.failure(['generate', 'waves', '--input', '0.jsonl']).code).toBe('E_PROCESSOR_WRONG');
  });
});
