// Models of every kind applied to new rows, on the command line and from code.
import { spawn } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openPredictor, predict, type Row } from '../../src/app/predict.ts';
import { inputFiles, readInputs, type Example } from '../../src/data/index.ts';
import { answerAsked } from '../../src/answering/predict/model-predictor.ts';
import { openModel } from '../../src/answering/model/open-model.ts';
import { BadInputBench } from './bad-input-bench.ts';
import { writeTinyBert } from './cli-tiny-bert.ts';
import { writeTinyClip } from './cli-tiny-clip.ts';
import { writeTinyHead, type HeadName } from './cli-tiny-heads.ts';
import { writeTinyWhisper } from './cli-tiny-whisper.ts';

let bench: BadInputBench;
const WORDS = ['anna', 'sees', 'new', 'rome', 'invoice', 'refund', 'parcel', 'password'];

/** Answers of a tiny model with a head of one kind. */
async function answers(name: HeadName, rows: readonly Row[], options: object = {}) {
  const folder = bench.path(name);
  if (!existsSync(folder)) writeTinyHead(folder, name, WORDS);
  const texts = rows.filter((row) => typeof row === 'string');
  const source = texts.length === rows.length ? { text: texts } : { input: rows };
  return (await predict(folder, { ...source, ...options })).answers!;
}

describe.skipIf(!existsSync('build/attune.node'))('attune predict', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    // A worker per call would cost more than all calls.
    vi.stubEnv('ATTUNE_IN_PROCESS', '1');
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    bench.remove();
  });

  it('gives classes with their probabilities, one or several', async () => {
    const [row] = await answers('label', [{ text: 'Anna sees Rome' }]);
    const { prediction, probability, probabilities } = row as Record<string, never>;
    const values = Object.values(probabilities) as number[];
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1);
    expect([probability, probabilities[prediction]]).toEqual([Math.max(...values), Math.max(...values)]);
    const [several] = await answers('labels', ['Anna sees Rome'], { threshold: 0 });
    expect(several.prediction).toEqual(['billing', 'login', 'shipping']);
  });

  it('gives one of two labels by the threshold that was chosen, or by another', async () => {
    const [chosen] = await answers('binary', ['invoice']);
    expect([chosen.prediction, (chosen.probabilities as Record<string, number>).spam]).toEqual([
      'ham',
      expect.any(Number),
    ]);
    expect((await answers('binary', ['invoice'], { threshold: 0.001 }))[0].prediction).toBe('spam');
  });

  it('gives numbers on the scale that was trained', async () => {
    const [row] = await answers('number', ['invoice', '']);
    expect(Object.keys(row)).toEqual(['text', 'prediction']);
    expect(row.prediction).toBeGreaterThan(-500);
    await expect(answers('number', ['invoice'], { topK: 2 })).rejects.toMatchObject({ code: 'E_OPTION_IDLE' });
    await expect(answers('number', ['invoice'], { regex: 'a+' })).rejects.toMatchObject({ code: 'E_OPTION_IDLE' });
  });

  it('gives stretches of texts by their characters, of texts and of words', async () => {
    const text = '👋 Anna sees new Rome, anna!';
    const rows = await answers('tags', [text, { tokens: ['Anna', 'sees', 'new', 'Rome'] }]);
    const spans = rows.map(
      ({ spans: found }) => found as { text: string; label: string; start: number; end: number }[],
    );
    expect(spans.flat().length).toBeGreaterThan(0);
    for (const [i, whole] of [text, 'Anna sees new Rome'].entries()) {
      for (const { text: part, start, end } of spans[i]) expect([...whole].slice(start, end).join('')).toBe(part);
    }
    expect(rows[0].prediction).toEqual(spans[0].map(({ label, text: part }) => `${label}: ${part}`));
  });

  it('finds answers in texts, and says where; a text alone asks nothing', async () => {
    const context = '👋 Anna sees Rome';
    const [row] = await answers('stretch', [{ question: 'who?', context }]);
    const { text, start, end } = row.stretch as { text: string; start: number; end: number };
    expect([[...context].slice(start, end).join(''), row.prediction]).toEqual([text, text]);
    await expect(answers('stretch', ['who?'])).rejects.toMatchObject({ code: 'E_WRONG_ROWS' });
  });

  it('classifies the images of a folder, and lists those that cannot be read', async () => {
    cpSync('fixtures/models/vit', bench.path('vit'), { recursive: true });
    const processor = { image_processor_type: 'ViTImageProcessor', size: 32 };
    bench.write('vit/preprocessor_config.json', JSON.stringify(processor));
    const png = sharp({ create: { width: 40, height: 30, channels: 3, background: '#a03' } }).png();
    for (const name of ['a.png', 'deep/b.png']) bench.write(`photos/${name}`, await png.toBuffer());
    bench.write('photos/broken.jpg', 'no image');
    const { code, stderr, document } = bench.run(['predict', 'vit', '--input', 'photos', '--output', 'photos.csv']);
    expect([code, document.rows, document.bad], stderr).toEqual([0, 3, 1]);
    const lines = bench.text('photos.csv').trim().split('\n');
    expect(lines[0]).toBe('image,prediction,probability,error');
    expect([lines[1], lines[3]]).toEqual([
      expect.stringMatching(/^a\.png,LABEL_\d,0\.\d+,$/),
      expect.stringMatching(/^deep\/b\.png,LABEL_\d,0\.\d+,$/),
    ]);
    expect(lines[2]).toMatch(/^broken\.jpg,,,.+/);
    const one = await predict(bench.path('vit'), { input: bench.path('photos/a.png') });
    expect(one.answers).toMatchObject([{ image: 'a.png', prediction: expect.stringMatching(/^LABEL_/) }]);
  });

  it('writes texts where the model writes, and names the command where it answers no rows', async () => {
    const { answers: written } = await predict(bench.path('model'), { text: ['Where is parcel'], maxNewTokens: 4 });
    expect(written).toMatchObject([{ prediction: expect.any(String), cut: true }]);
    const chosen = await predict(bench.path('model'), { text: ['Where is parcel'], choices: ['lost', 'on its way'] });
    expect(['lost', 'on its way']).toContain(chosen.answers?.[0].prediction);
    writeTinyWhisper(bench.path('whisper'), ['hello', 'world']);
    bench.write('tone.wav', tone());
    const heard = await predict(bench.path('whisper'), { input: bench.path('tone.wav') });
    expect(heard.answers).toMatchObject([{ audio: 'tone.wav', prediction: expect.any(String) }]);
    writeTinyClip(bench.path('clip'), WORDS);
    const refused = bench.failure(['predict', 'clip', '--text', 'anna']);
    expect([refused.code, refused.fix]).toEqual(['E_TASK_UNSUPPORTED', expect.stringContaining('attune embed')]);
    if (!existsSync(bench.path('label'))) writeTinyHead(bench.path('label'), 'label', WORDS);
    const classifier = bench.failure(['generate', 'label', '--input', 'good.jsonl']);
    expect(classifier.fix).toContain('attune predict label --input FILE');
  });

  it.each([
    [['--text', 'a', '--input', 'x.csv'], 'E_USAGE'],
    [[], 'E_USAGE'],
    [['--text', 'a', '--threshold', '2'], 'E_USAGE'],
    [['--text', 'a', '--columns', 'text'], 'E_USAGE'],
    [['--text', 'a', '--inptu', 'x.csv'], 'E_USAGE'],
    [['--text', 'a', '--output', 'x.xlsx'], 'E_OUTPUT_KIND'],
    [['--input', 'missing.csv'], 'E_FILE_MISSING'],
  ])('refuses %j', (argv, code) => {
    expect(bench.failure(['predict', 'label', ...argv]).code).toBe(code);
  });
});

describe.skipIf(!existsSync('build/attune.node'))('a run that was trained on columns of its own', () => {
  const queues = ['billing', 'shipping', 'account'];
  const rows = Array.from({ length: 120 }, (_, i) => {
    const words = [
      ['invoice', 'refund'],
      ['parcel', 'new'],
      ['password', 'anna'],
    ][i % 3];
    return [`${words[i % 2]} ${i}`, `my ${words[(i >> 1) % 2]} ${i * 7}`, queues[i % 3]];
  });
  const table = (head: string, some: readonly string[][]) =>
    `${head}\n${some.map((row) => row.join(',')).join('\n')}\n`;

  beforeAll(async () => {
    bench = await BadInputBench.make();
    writeTinyBert(bench.path('bert'), WORDS);
    bench.write('tickets.csv', table('subject,body,queue', rows));
    const data = ['--train', 'tickets.csv', '--data.columns', '{text: [subject, body], label: queue}'];
    const how = ['--model', 'bert', '--objective', 'classification', '--precision', 'f32', '--max-steps', '5'];
    bench.run(['train', ...data, ...how, '--output-dir', 'run']);
    bench.write(
      'new.csv',
      table(
        'id,body,subject',
        rows.slice(0, 40).map(([subject, body], i) => [`${i}`, body, subject]),
      ),
    );
  }, 120_000);
  afterAll(() => bench.remove());

  it('reads new rows by them, and answers to the bit as comparisons are answered', async () => {
    const { document, code, stderr } = bench.run(['predict', 'run', '--input', 'new.csv', '--probabilities']);
    expect(code, stderr).toBe(0);
    const given = document.answers as { prediction: string; probabilities: Record<string, number> }[];
    const [source] = inputFiles(bench.path('new.csv'), {
      format: 'classification',
      columns: { text: ['subject', 'body'] },
    });
    const examples: Example[] = [];
    for await (const { example } of readInputs(source)) examples.push(example!);
    const opened = await openModel(bench.path('run'));
    const asked = examples.map((example) => ({ example }));
    const compared = await answerAsked(opened, asked, { maxNewTokens: 1 });
    expect(given.map(({ prediction, probabilities }) => [prediction, probabilities])).toEqual(
      compared.map(({ label, scores }) => [label, scores]),
    );
  });

  it('is measured, compared and advised on by them, and refuses others by name', () => {
    bench.write(
      'later.csv',
      table(
        'queue,subject,body',
        rows.slice(0, 30).map(([s, b, q]) => [q, `${s} again`, `${b} later`]),
      ),
    );
    const data = ['--data', 'later.csv', '--allow-overlap'];
    expect(bench.run(['eval', 'run', ...data]).document).toMatchObject({ rows: 30 });
    bench.write('typo.csv', bench.text('later.csv').replace('queue', 'quue'));
    const refused = bench.failure(['eval', 'run', '--data', 'typo.csv']);
    expect([refused.code, refused.problems]).toMatchObject([
      'E_BAD_COLUMNS',
      [{ message: 'no column "queue"', fix: 'did you mean "quue"?' }],
    ]);
    const mapped = ['--data', 'typo.csv', '--allow-overlap', '--columns', '{text: [subject, body], label: quue}'];
    const compared = bench.run(['compare', 'run', 'majority', ...mapped]);
    expect(compared.document, compared.stderr).toMatchObject({ comparison: { rows: 30 } });
    expect(bench.failure(['eval', 'run', '--columns', '{text: body}']).code).toBe('E_OPTION_IDLE');
    bench.write(
      'advice.yaml',
      'model: bert\ndata:\n  train: tickets.csv\n  columns: {text: [subject, body], label: queue}\n',
    );
    expect(bench.run(['advise', 'advice.yaml']).document).toMatchObject({ answers: 'classes' });
  });

  it('is opened once for any number of calls', async () => {
    const predictor = await openPredictor({ target: bench.path('run') });
    expect([predictor.task, predictor.answers, predictor.labels]).toEqual(['sequence', 'label', queues.toSorted()]);
    const [[one], [other]] = [
      await predictor.predict([{ subject: 'refund', body: 'my invoice' }]),
      await predictor.predict(['refund\nmy invoice'], { topK: 1 }),
    ];
    expect(other.probability).toBe(one.probability);
    expect(Object.keys(other.probabilities!)).toEqual([other.prediction]);
    await predictor.close();
  });

  it('stops at Ctrl-C, with what is answered in a file of its own', async () => {
    bench.write(
      'many.csv',
      table(
        'subject,body',
        Array.from({ length: 60_000 }, (_, i) => [`invoice ${i}`, 'refund']),
      ),
    );
    const argv = ['predict', 'run', '--input', 'many.csv', '--output', 'many-out.csv', '--json'];
    const child = spawn(bench.bin, argv, { cwd: bench.folder, env: bench.env });
    let [out, log] = ['', ''];
    child.stdout.on('data', (data: Buffer) => void (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => {
      const hadBegun = /answering 60,000 rows/.test(log);
      log += data.toString();
      // Long enough for several hundred rows, but not for all.
      if (!hadBegun && /answering 60,000 rows/.test(log)) setTimeout(() => child.kill('SIGINT'), 2000);
    });
    const code = await new Promise((resolve) => void child.on('close', resolve));
    const { error } = JSON.parse(out) as { error: { code: string; got: string } };
    expect([code, error.code, error.got], log).toEqual([
      1,
      'E_STOPPED',
      expect.stringContaining('many-out.partial.csv'),
    ]);
    const lines = bench.text('many-out.partial.csv').trim().split('\n');
    expect(lines.length - 1).toBe(Number(error.got.split(' ')[0].replace(',', '')));
    expect(existsSync(bench.path('many-out.csv'))).toBe(false);
  }, 60_000);
});

/** Half a second of a tone, at 16 kHz. */
function tone(): Buffer {
  const samples = 8000;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + 2 * samples, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(16_000, 24);
  head.writeUInt32LE(32_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(2 * samples, 40);
  const tone = Int16Array.from({ length: samples }, (_, i) => Math.round(8000 * Math.sin(i / 6)));
  return Buffer.concat([head, Buffer.from(tone.buffer)]);
}
