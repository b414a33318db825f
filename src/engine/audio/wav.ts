import { AttuneError } from '../../base/errors.ts';
import { checkSize, type Recording } from './recording.ts';

/** `wFormatTag` of supported sample formats. */
const PCM = 1;
const FLOAT = 3;
const A_LAW = 6;
const MU_LAW = 7;
/** The extended header holds the format code in its first two bytes. */
const EXTENSIBLE = 0xfffe;

/** Lengths that streaming writers leave when they do not know the real one yet. */
const UNKNOWN_LENGTHS: readonly number[] = [0, 0x7fffffff, 0xffffffff];

interface Layout {
  kind: number;
  channels: number;
  sampleRate: number;
  /** Bytes per sample and channel. */
  width: number;
}

type ReadSample = (view: DataView, at: number) => number;

const readers: Readonly<Record<string, ReadSample>> = {
  [`${PCM}:1`]: (view, at) => (view.getUint8(at) - 128) / 2 ** 7,
  [`${PCM}:2`]: (view, at) => view.getInt16(at, true) / 2 ** 15,
  [`${PCM}:3`]: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23,
  [`${PCM}:4`]: (view, at) => view.getInt32(at, true) / 2 ** 31,
  [`${FLOAT}:4`]: (view, at) => view.getFloat32(at, true),
  [`${FLOAT}:8`]: (view, at) => view.getFloat64(at, true),
  [`${A_LAW}:1`]: (view, at) => fromALaw(view.getUint8(at)) / 2 ** 15,
  [`${MU_LAW}:1`]: (view, at) => fromMuLaw(view.getUint8(at)) / 2 ** 15,
};

export function isWav(bytes: Uint8Array): boolean {
  return ['RIFF', 'RF64'].includes(tag(bytes, 0)) && tag(bytes, 8) === 'WAVE';
}

/** Decodes a WAV file: PCM of 8 to 32 bits, floats, A-law and mu-law. @throws E_AUDIO_BAD, E_AUDIO_KIND, E_AUDIO_TRUNCATED */
export function decodeWav(bytes: Uint8Array): Recording {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = readChunks(bytes, view);
  const layout = readLayout(chunks.get('fmt '), view);
  const data = chunks.get('data');
  if (data === undefined) throw bad('it has no "data" chunk, so no samples');
  const block = layout.width * layout.channels;
  const samples = Math.floor(data.length / block);
  const { channels, sampleRate, kind, width } = layout;
  checkSize({ channels, sampleRate, samples });
  const read = readers[`${kind}:${width}`];
  return {
    sampleRate,
    channels: Array.from({ length: channels }, (_, channel) => {
      const values = new Float32Array(samples);
      for (let i = 0; i < samples; i++) values[i] = read(view, data.start + i * block + channel * width);
      return values;
    }),
  };
}

interface Chunk {
  start: number;
  length: number;
}

function readChunks(bytes: Uint8Array, view: DataView): Map<string, Chunk> {
  const chunks = new Map<string, Chunk>();
  let at = 12;
  while (at + 8 <= bytes.length) {
    const name = tag(bytes, at);
    const declared = view.getUint32(at + 4, true);
    const start = at + 8;
    const there = bytes.length - start;
    const isOpen = name === 'data' && UNKNOWN_LENGTHS.includes(declared) && declared !== there;
    if (declared > there && !isOpen && name === 'data') throw truncated(declared, there);
    const length = isOpen ? there : Math.min(declared, there);
    if (!chunks.has(name)) chunks.set(name, { start, length });
    at = start + length + (length % 2); // chunks begin at even places
  }
  return chunks;
}

function readLayout(chunk: Chunk | undefined, view: DataView): Layout {
  if (chunk === undefined || chunk.length < 16)
    throw bad('it has no "fmt " chunk, so the format of its samples is unknown');
  const at = (offset: number) => view.getUint16(chunk.start + offset, true);
  const isExtended = at(0) === EXTENSIBLE && chunk.length >= 26;
  const kind = isExtended ? at(24) : at(0);
  const [channels, bits] = [at(2), at(14)];
  const layout = { kind, channels, sampleRate: view.getUint32(chunk.start + 4, true), width: Math.ceil(bits / 8) };
  if (channels === 0) throw bad('it has zero channels');
  if (`${kind}:${layout.width}` in readers) return layout;
  throw new AttuneError('E_AUDIO_KIND', {
    what: 'The sample format of this WAV file is not supported',
    got: `format ${kind}, ${bits} bits`,
    expected: '8-, 16-, 24- or 32-bit PCM, 32- or 64-bit float, A-law or mu-law',
    fix: 'convert it to 16-bit PCM (ffmpeg -i IN -c:a pcm_s16le OUT.wav)',
  });
}

/** Four-character code of a chunk. */
export function tag(bytes: Uint8Array, at: number, length = 4): string {
  return Buffer.from(bytes.subarray(at, at + length)).toString('latin1');
}

function bad(got: string): AttuneError {
  return new AttuneError('E_AUDIO_BAD', { what: 'The WAV file cannot be read', got, fix: 'export it again' });
}

function truncated(declared: number, there: number): AttuneError {
  return new AttuneError('E_AUDIO_TRUNCATED', {
    what: 'The recording is cut off',
    got: `${there} bytes of samples`,
    expected: `${declared} bytes`,
    fix: 'fetch or export it again',
  });
}

/** ITU-T G.711: 16-bit values of the 256 codes. */
function fromALaw(code: number): number {
  const bits = code ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = ((bits & 15) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1);
  return (bits & 0x80) === 0 ? -magnitude : magnitude;
}

function fromMuLaw(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return (bits & 0x80) === 0 ? magnitude : -magnitude;
}
