import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { WaveFile } from '../../wave-file.ts';
import { audioProcessor, decodeAudio, mono, resample } from '../../../src/engine/audio/index.ts';
import { readJson } from '../../../src/files/json.ts';

const folder = fileURLToPath(new URL('../../../fixtures/audio/', import.meta.url));
const file = (name: string): Uint8Array => readFileSync(folder + name);
const whisper = { feature_extractor_type: 'WhisperFeatureExtractor', chunk_length: 1 };
const waveform = { feature_extractor_type: 'Wav2Vec2FeatureExtractor' };

/** A WAV file written by another library. */
function wav(kind: string, channels: readonly (readonly number[])[], rate = 16_000): Uint8Array {
  const made = new WaveFile();
  made.fromScratch(channels.length, rate, kind, channels.map((one) => Float64Array.from(one)) as never);
  return made.toBuffer();
}

const tone = (count: number, hertz: number, rate: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));

describe('WAV files', () => {
  const whole = [-(2 ** 15), -1234, 0, 1, 77, 2 ** 15 - 1];

  it.each([
    ['8', 2 ** 7, 128],
    ['16', 2 ** 15, 0],
    ['24', 2 ** 23, 0],
    ['32', 2 ** 31, 0],
  ])('of %s bits are read to the last one', async (kind, scale, zero) => {
    const values = whole.map((value) => Math.max(-scale, Math.min(scale - 1, value)));
    const { channels, sampleRate } = await decodeAudio(wav(kind, [values.map((value) => value + zero)], 11_025));
    expect(sampleRate).toBe(11_025);
    expect([...channels[0]]).toEqual(values.map((value) => Math.fround(value / scale)));
  });

  it('of floats keep what lies beyond 1', async () => {
    const values = [0, 0.5, -1.5, 1e-9];
    expect([...(await decodeAudio(wav('32f', [values]))).channels[0]]).toEqual(values.map(Math.fround));
    expect([...(await decodeAudio(wav('64', [values]))).channels[0]]).toEqual(values.map(Math.fround));
  });

  it('of telephones are read as the standard has it', async () => {
    const codes = Array.from({ length: 256 }, (_, code) => code);
    const [a, mu] = await Promise.all([decodeAudio(telephone(6, codes)), decodeAudio(telephone(7, codes))]);
    const at = (values: Float32Array, code: number) => values[code] * 2 ** 15;
    // ITU-T G.711: smallest and largest values, and both zeros of mu-law.
    expect([0xd5, 0x55, 0xaa, 0x2a].map((code) => at(a.channels[0], code))).toEqual([8, -8, 32_256, -32_256]);
    expect([0xff, 0x7f, 0x80, 0x00].map((code) => at(mu.channels[0], code))).toEqual([0, -0, 32_124, -32_124]);
  });

  it('of several channels become their mean', async () => {
    const recording = await decodeAudio(
      wav('16', [
        [100, -200],
        [300, 200],
        [200, 300],
      ]),
    );
    expect(recording.channels.length).toBe(3);
    expect([...mono(recording)]).toEqual([200, 100].map((value) => value / 2 ** 15));
  });

  it('that say no length, as a recorder that was killed leaves them, are read to their end', async () => {
    const bytes = wav('16', [[1, 2, 3]]);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(40, 0xffffffff, true);
    expect((await decodeAudio(bytes)).channels[0].length).toBe(3);
  });
});

/** A WAV file with one-byte codes. */
function telephone(format: number, codes: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(wav('8', [codes.map((code) => code)]));
  new DataView(bytes.buffer).setUint16(20, format, true);
  return bytes;
}

describe('compressed recordings', () => {
  it('FLAC gives the samples of the WAV file that it was made of', async () => {
    const [flac, plain] = await Promise.all([decodeAudio(file('tone.flac')), decodeAudio(file('tone.wav'))]);
    expect([flac.sampleRate, flac.channels.length]).toEqual([8000, 1]);
    expect(flac.channels[0]).toEqual(plain.channels[0]);
  });

  it.each(['tone.mp3', 'tone.ogg', 'tone.opus'])('%s sounds like it', async (name) => {
    const { processor, bytes } = { processor: audioProcessor(waveform), bytes: file(name) };
    const samples = await processor.read(bytes);
    const middle = samples.subarray(2000, 5000);
    expect(samples.length / 16_000).toBeCloseTo(0.4, 0);
    // Same loudness and pitch: 440 Hz crosses zero 880 times a second.
    const crossings = middle.reduce((sum, value, i) => sum + Number(i > 0 && value > 0 !== middle[i - 1] > 0), 0);
    expect(Math.abs(crossings - (880 * 3000) / 16_000)).toBeLessThan(3);
    expect(Math.max(...middle)).toBeCloseTo(0.5, 1);
  });

  it('reads what lies inside a larger piece of memory', async () => {
    const bytes = file('tone.flac');
    const around = new Uint8Array(bytes.length + 64).fill(7);
    around.set(bytes, 32);
    const inside = around.subarray(32, 32 + bytes.length);
    expect((await decodeAudio(inside)).channels[0].length).toBe(3200);
  });
});

describe('files that cannot be used say why', () => {
  it.each([
    ['an empty file', new Uint8Array(), 'E_AUDIO_UNKNOWN'],
    ['a text', new TextEncoder().encode('Hello, this is a text.'), 'E_AUDIO_UNKNOWN'],
    ['half a FLAC file', file('tone.flac').subarray(0, 1000), 'E_AUDIO_TRUNCATED'],
    ['half an MP3 file', file('tone.mp3').subarray(0, 300), 'E_AUDIO_TRUNCATED'],
    ['half an Ogg file', file('tone.ogg').subarray(0, 2500), 'E_AUDIO_TRUNCATED'],
    ['half a WAV file', file('tone.wav').subarray(0, 2000), 'E_AUDIO_TRUNCATED'],
    ['a WAV file without samples', wav('16', [[]]), 'E_AUDIO_EMPTY'],
    ['a WAV file of 4-bit samples', wav('4', [[0, 0, 0, 0, 0, 0, 0, 0]]), 'E_AUDIO_KIND'],
    ['silence', wav('16', [Array<number>(800).fill(0)]), 'E_AUDIO_SILENT'],
    ['a constant', wav('16', [Array<number>(800).fill(900)]), 'E_AUDIO_SILENT'],
    ['a sample that is no number', wav('32f', [[0.1, Number.NaN, 0.2]]), 'E_AUDIO_NOT_FINITE'],
    ['a rate of 1 Hz', wav('16', [[1, 2, 3]], 1), 'E_AUDIO_LIMIT'],
  ])('%s', async (_, bytes, code) => {
    await expect(audioProcessor(waveform).read(bytes)).rejects.toMatchObject({ code });
  });

  it('a FLAC file that announces days of sound is refused before it is decoded', async () => {
    const bytes = new Uint8Array(file('tone.flac'));
    bytes[21] |= 15; // the upper bits of the number of samples
    await expect(decodeAudio(bytes)).rejects.toMatchObject({ code: 'E_AUDIO_LIMIT' });
  });

  it('a recording longer than the model can read at once', () => {
    expect(() => audioProcessor(whisper).features(tone(16_001, 440, 16_000))).toThrow(/at most 1 s/);
  });

  it('a processor of another kind', () => {
    expect(() => audioProcessor({ image_processor_type: 'ViTImageProcessor' })).toThrow(
      /ViTImageProcessor[\s\S]*Whisper/,
    );
    expect(() => audioProcessor({ ...whisper, hop_length: 0, dither: 1 })).toThrow(/hop_length[\s\S]*dither/);
  });
});

describe('resampling', () => {
  it.each([
    [44_100, 16_000, 1000],
    [48_000, 16_000, 6900],
    [8000, 16_000, 3400],
    [22_050, 16_000, 3000],
    [11_025, 16_000, 4700],
  ])('from %i to %i Hz keeps a tone of %i Hz', (from, to, hertz) => {
    const got = resample(tone(from / 2, hertz, from), from, to);
    expect(got.length).toBe(Math.ceil(((from / 2) * to) / from));
    const wanted = tone(got.length, hertz, to);
    let furthest = 0;
    for (let i = 1500; i < got.length - 1500; i++) furthest = Math.max(furthest, Math.abs(got[i] - wanted[i]));
    expect(furthest).toBeLessThan(3e-5);
  });

  it('removes what the new rate cannot hold, where it would come back as another tone', () => {
    const got = resample(tone(24_000, 9000, 48_000), 48_000, 16_000).subarray(1500, -1500);
    expect(Math.max(...got.map(Math.abs))).toBeLessThan(3e-5);
  });

  it('changes nothing where the rate is right', () => {
    const samples = tone(100, 440, 16_000);
    expect(resample(samples, 16_000, 16_000)).toBe(samples);
  });
});

interface Expected {
  bins: number;
  samples: number;
  chunk: number;
  shape: [number, number];
  mean: number;
  places: number[];
  values: number[];
}

/** A rising tone, another one in the first half, and noise. */
function signal(count: number): Float32Array {
  let state = 12_345n;
  return Float32Array.from({ length: count }, (_, i) => {
    const t = i / 16_000;
    state = (state * 1_103_515_245n + 12_345n) % 2_147_483_648n;
    const second = i < count / 2 ? 0.2 * Math.sin(2 * Math.PI * 440 * t) : 0;
    return 0.4 * Math.sin(2 * Math.PI * (200 * t + 1500 * t * t)) + second + 0.01 * (Number(state) / 2 ** 30 - 1);
  });
}

describe('what models read', () => {
  it.each(Object.entries(readJson<Record<string, Expected>>(`${folder}log-mel.json`)))(
    'log-mel spectrograms equal numpy: %s bands',
    (_, { bins, samples, chunk, shape, mean, places, values }) => {
      const processor = audioProcessor({ ...whisper, feature_size: bins, chunk_length: chunk });
      const features = processor.features(signal(samples));
      expect(features.shape).toEqual(shape);
      for (const [i, place] of places.entries()) expect(features.data[place]).toBeCloseTo(values[i], 5);
      expect(features.data.reduce((sum, value) => sum + value) / features.data.length).toBeCloseTo(mean, 5);
    },
  );

  it.each(
    readJson<{ config: object; samples: number; shape: number[]; values: number[] }[]>(`${folder}parakeet-mel.json`),
  )('normalised log-mel spectrograms are those of the reference: $config', ({ config, samples, shape, values }) => {
    const processor = audioProcessor({ ...config, feature_extractor_type: 'ParakeetFeatureExtractor' });
    const features = processor.features(signal(samples));
    expect(features.shape).toEqual(shape);
    const furthest = values.reduce((most, value, i) => Math.max(most, Math.abs(value - features.data[i])), 0);
    expect(furthest).toBeLessThan(1e-4);
    expect(processor.features(signal(100)).shape[1]).toBe(0);
  });

  it('a window without small factors gives what the definition gives', () => {
    const processor = audioProcessor({ ...whisper, n_fft: 98, hop_length: 49, feature_size: 8 });
    const samples = signal(16_000);
    const { data, shape } = processor.features(samples);
    expect(shape).toEqual([8, 326]);
    expect(data.every(Number.isFinite)).toBe(true);
    // The tone of 440 Hz is in the lowest of eight bands.
    expect(data[100]).toBeGreaterThan(data[7 * 326 + 100]);
  });

  it('waveforms have zero mean and unit variance, each recording by itself', () => {
    const { data, shape } = audioProcessor(waveform).features(signal(5000).map((value) => 3 * value + 0.2));
    const mean = data.reduce((sum, value) => sum + value) / data.length;
    const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
    expect([shape, mean, variance]).toEqual([[5000], expect.closeTo(0, 5), expect.closeTo(1, 4)]);
    const plain = audioProcessor({ ...waveform, do_normalize: false });
    expect(plain.features(signal(10)).data).toEqual(signal(10));
  });
});
