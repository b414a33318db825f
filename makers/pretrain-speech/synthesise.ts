/**
 * Speech synthesised by espeak-ng with its texts: WAV files at 8 kHz, and rows that refer to them. Existing files are
 * kept, so that an interrupted run can be resumed. usage: synthesise.ts FOLDER CLIPS
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decodeAudio, mono, resample } from '../../src/engine/audio/index.ts';
import { randomUnit } from '../../src/base/random.ts';
import { writeFileAtomic } from '../../src/files/atomic.ts';
import { makeFolders } from '../../src/files/make-folder.ts';
import { exampleSentences } from './sentences.ts';

const RATE = 8000;
/** Size of a WAV header in bytes. */
const HEADER = 44;
const HELD_OUT = 200;
/** Longest text for the first part of training, in letters. */
const SHORT = 28;
/** Number of synthesisers that run in parallel. */
const AT_ONCE = 4;
/** Drawn with equal probability; most are American voices. */
const ACCENTS = ['en-us', 'en-us', 'en-us', 'en-us', 'en-us-nyc', 'en-gb', 'en-gb-x-rp', 'en-gb-scotland'];
const VARIANTS = (
  'f1 f2 f3 f4 f5 m1 m2 m3 m4 m5 m6 m7 m8 klatt klatt2 klatt3 klatt4 Alicia Andrea Annie anika aunty ' +
  'belinda linda steph steph2 steph3 shelby victor adam antonio benjamin ed edward john max michael ' +
  'paul rob sandro'
).split(' ');

const [folder, count] = process.argv.slice(2);
if (folder === undefined || !(Number(count) > HELD_OUT)) throw new Error('usage: synthesise.ts FOLDER CLIPS');

const sentences = await exampleSentences(join(folder, 'npm'));
const clips = Array.from({ length: Number(count) }, (_, clip) => ({
  audio: join('clips', `${clip}.wav`),
  text: sentences[clip % sentences.length],
}));
makeFolders(join(folder, 'clips'));
const waiting = clips.entries();
await Promise.all(Array.from({ length: AT_ONCE }, () => work()));
const heldOut = clips.slice(0, HELD_OUT);
const known = new Set(heldOut.map(({ text }) => text));
const train = clips.filter(({ text }) => !known.has(text));
write('heldout.jsonl', heldOut);
write('train.jsonl', train);
write(
  'short.jsonl',
  train.filter(({ text }) => text.length <= SHORT),
);

async function work(): Promise<void> {
  for (const [clip, { audio, text }] of waiting) {
    const path = join(folder, audio);
    if (!existsSync(path)) writeFileAtomic(path, wavFile(await spoken(text, clip)));
  }
}

function write(name: string, rows: readonly object[]): void {
  writeFileAtomic(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** Synthesises a clip with random voice, speed and pitch, over a simulated telephone line. */
async function spoken(text: string, clip: number): Promise<Float32Array> {
  const draw = (purpose: string) => randomUnit([1, purpose, clip]);
  const pick = (names: readonly string[], purpose: string) => names[Math.floor(draw(purpose) * names.length)];
  const voice = `${pick(ACCENTS, 'accent')}+${pick(VARIANTS, 'variant')}`;
  const settings = [
    '-v',
    voice,
    '-s',
    `${Math.round(130 + 60 * draw('speed'))}`,
    '-p',
    `${Math.round(25 + 60 * draw('pitch'))}`,
  ];
  const { stdout } = await promisify(execFile)('espeak-ng', [...settings, '--stdout', '--', text], {
    encoding: 'buffer',
    maxBuffer: 2 ** 26,
  });
  stdout.writeUInt32LE(stdout.length - HEADER, HEADER - 4); // unknown to it when it begins to write
  const recording = await decodeAudio(stdout);
  const samples = resample(mono(recording), recording.sampleRate, RATE);
  return throughLine(samples, { slope: 0.9 * draw('slope') - 0.3, noise: 10 ** (-1 - 2 * draw('noise')), clip });
}

/** A first-order spectral tilt, and noise as a share of the speech's loudness: lines and rooms differ. */
function throughLine(
  samples: Float32Array,
  { slope, noise, clip }: { slope: number; noise: number; clip: number },
): Float32Array {
  const heard = samples.map((value, i) => value - slope * (samples[i - 1] ?? 0));
  const loudness = Math.sqrt(heard.reduce((sum, value) => sum + value * value, 0) / heard.length);
  const random = uniformNumbers(clip);
  return heard.map((value) => (0.1 * (value + Math.sqrt(12) * noise * loudness * (random() - 0.5))) / loudness);
}

/** The noise needs many random numbers of modest quality: Marsaglia's xorshift (2003). */
function uniformNumbers(seed: number): () => number {
  let state = (seed + 1) * 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function wavFile(samples: Float32Array): Buffer {
  const file = Buffer.alloc(HEADER + 2 * samples.length);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(1, 22); // channels
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(2 * RATE, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(2 * samples.length, 40);
  for (const [i, value] of samples.entries()) {
    file.writeInt16LE(Math.round(32_767 * Math.max(-1, Math.min(1, value))), HEADER + 2 * i);
  }
  return file;
}
