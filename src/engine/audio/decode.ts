import { AttuneError } from '../../base/errors.ts';
import { withFeature } from '../../base/optional-packages.ts';
import { checkSize, type Recording } from './recording.ts';
import { decodeWav, isWav, tag } from './wav.ts';

type Codec = 'flac' | 'mp3' | 'ogg' | 'opus';

/** Decodes WAV, FLAC, MP3, Ogg Vorbis and Opus, recognised by content. @throws E_AUDIO_UNKNOWN, and those of `wav.ts` */
export async function decodeAudio(bytes: Uint8Array): Promise<Recording> {
  if (isWav(bytes)) return decodeWav(bytes);
  const codec = codecOf(bytes);
  if (codec === undefined) throw unknown(bytes);
  if (codec === 'ogg' || codec === 'opus') checkPages(bytes);
  const declared = declaredSamples(bytes, codec);
  if (declared !== undefined) checkSize(declared);
  const recording = await decodeWith(codec, bytes);
  checkComplete(recording, declared);
  if (codec === 'flac' && declared?.bits !== undefined) undoScale(recording, declared.bits);
  return recording;
}

/** Undoes the library's scaling: it divides by the largest positive value, whereas WAV divides by that plus one. */
function undoScale({ channels }: Recording, bits: number): void {
  const half = 2 ** (bits - 1);
  for (const channel of channels)
    for (let i = 0; i < channel.length; i++) channel[i] = Math.round(channel[i] * (half - 1)) / half;
}

async function decodeWith(codec: Codec, bytes: Uint8Array): Promise<Recording> {
  const { default: decode } = await withFeature('audio', () => import('audio-decode'));
  let decoded: { channelData: Float32Array[]; sampleRate: number };
  try {
    // Copied, since the library reads the whole buffer behind a view.
    decoded = await decode(bytes.slice());
  } catch (error) {
    throw new AttuneError('E_AUDIO_BAD', {
      what: `The ${codec.toUpperCase()} file cannot be decoded`,
      got: (error as Error).message,
      fix: 'fetch or export it again',
      cause: error,
    });
  }
  const { channelData: channels, sampleRate } = decoded;
  if (channels.length === 0 || channels[0].length === 0) return { sampleRate, channels: [new Float32Array()] };
  checkSize({ sampleRate, channels: channels.length, samples: channels[0].length });
  return { sampleRate, channels };
}

function codecOf(bytes: Uint8Array): Codec | undefined {
  const start = skipId3(bytes);
  if (tag(bytes, start) === 'fLaC') return 'flac';
  if (tag(bytes, start) === 'OggS') return tag(bytes, start + 28, 8) === 'OpusHead' ? 'opus' : 'ogg';
  return isMp3Frame(bytes, start) || start > 0 ? 'mp3' : undefined;
}

/** Start of the file after an ID3 tag. */
function skipId3(bytes: Uint8Array): number {
  if (tag(bytes, 0, 3) !== 'ID3' || bytes.length < 10) return 0;
  const size = (bytes[6] << 21) | (bytes[7] << 14) | (bytes[8] << 7) | bytes[9];
  return Math.min(bytes.length, 10 + size);
}

const BITRATES_V1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const BITRATES_V2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES_V1 = [44_100, 48_000, 32_000];

interface Mp3Frame {
  bytes: number;
  samples: number;
  sampleRate: number;
  channels: number;
  /** End of the side information, where a file's first frame may hold the number of frames. */
  contents: number;
}

/** Parses the header of a Layer III frame. */
function mp3Frame(bytes: Uint8Array, at: number): Mp3Frame | undefined {
  if (at + 4 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0) return undefined;
  const version = (bytes[at + 1] >> 3) & 3; // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  const [rate, bitrate] = [(bytes[at + 2] >> 2) & 3, bytes[at + 2] >> 4];
  if (version === 1 || ((bytes[at + 1] >> 1) & 3) !== 1 || rate === 3 || bitrate === 0 || bitrate === 15)
    return undefined;
  const isFirst = version === 3;
  const sampleRate = RATES_V1[rate] / (isFirst ? 1 : version === 2 ? 2 : 4);
  const samples = isFirst ? 1152 : 576;
  const bits = (isFirst ? BITRATES_V1 : BITRATES_V2)[bitrate] * 1000;
  const isMono = bytes[at + 3] >> 6 === 3;
  const side = isFirst ? (isMono ? 17 : 32) : isMono ? 9 : 17;
  const length = Math.floor((samples / 8) * (bits / sampleRate)) + ((bytes[at + 2] >> 1) & 1);
  return { bytes: length, samples, sampleRate, channels: isMono ? 1 : 2, contents: at + 4 + side };
}

/** A frame followed by another one or by the end of the file: four matching bytes alone may be a coincidence. */
function isMp3Frame(bytes: Uint8Array, at: number): boolean {
  const frame = mp3Frame(bytes, at);
  if (frame === undefined) return false;
  const next = at + frame.bytes;
  return next >= bytes.length || mp3Frame(bytes, next) !== undefined;
}

interface Declared {
  sampleRate: number;
  channels: number;
  samples: number;
  /** Bits per sample, for integer formats. */
  bits?: number;
}

/** Length of the whole file, if the header contains it. */
function declaredSamples(bytes: Uint8Array, codec: Codec): Declared | undefined {
  const start = skipId3(bytes);
  if (codec === 'flac') return flacInformation(bytes, start);
  return codec === 'mp3' ? mp3Information(bytes, start) : undefined;
}

/** Without a frame count, the last frame must end with the file. */
function checkFrames(bytes: Uint8Array, start: number): undefined {
  let at = start;
  for (let frame = mp3Frame(bytes, at); frame !== undefined; frame = mp3Frame(bytes, at)) {
    at += frame.bytes;
    if (at > bytes.length) throw truncated(`${bytes.length} bytes`, `a frame up to byte ${at}`);
  }
  return undefined;
}

/** STREAMINFO, the first block of a FLAC file (RFC 9639); 0 means an unknown number of samples. */
function flacInformation(bytes: Uint8Array, start: number): Declared | undefined {
  const at = start + 18;
  if (bytes.length < at + 8) return undefined;
  const sampleRate = (bytes[at] << 12) | (bytes[at + 1] << 4) | (bytes[at + 2] >> 4);
  const channels = ((bytes[at + 2] >> 1) & 7) + 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = (bytes[at + 3] & 15) * 2 ** 32 + view.getUint32(at + 4);
  const bits = (((bytes[at + 2] & 1) << 4) | (bytes[at + 3] >> 4)) + 1;
  return { sampleRate, channels, samples, bits };
}

/** Frame count in the first frame, written by encoders ("Xing" or "Info"). */
function mp3Information(bytes: Uint8Array, start: number): Declared | undefined {
  const frame = mp3Frame(bytes, start);
  if (frame === undefined || bytes.length < frame.contents + 16) return checkFrames(bytes, start);
  const name = tag(bytes, frame.contents);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hasFrames = ['Xing', 'Info'].includes(name) && (view.getUint32(frame.contents + 4) & 1) === 1;
  if (!hasFrames) return checkFrames(bytes, start);
  const samples = view.getUint32(frame.contents + 8) * frame.samples;
  const hasBytes = (view.getUint32(frame.contents + 4) & 2) === 2;
  const size = hasBytes ? view.getUint32(frame.contents + 12) : 0;
  if (bytes.length - start < size)
    throw truncated(`${bytes.length - start} bytes`, `${size} bytes, as its header says`);
  return { sampleRate: frame.sampleRate, channels: frame.channels, samples };
}

/** Walks the pages of an Ogg file (RFC 3533): the last one must end with the file. */
function checkPages(bytes: Uint8Array): void {
  let at = 0;
  while (at + 27 <= bytes.length && tag(bytes, at) === 'OggS') {
    const segments = bytes.subarray(at + 27, at + 27 + bytes[at + 26]);
    const next = at + 27 + bytes[at + 26] + segments.reduce((sum, size) => sum + size, 0);
    if (next > bytes.length) throw truncated(`${bytes.length} bytes`, `a page up to byte ${next}`);
    at = next;
  }
}

/** MP3 encoders and decoders add or drop a few frames at either end. */
const SLACK_SAMPLES = 4 * 1152;

function checkComplete(recording: Recording, declared: Declared | undefined): void {
  if (declared === undefined || declared.samples === 0) return;
  const got = recording.channels[0].length;
  if (got >= declared.samples - SLACK_SAMPLES && got > 0) return;
  throw truncated(`${got} samples`, `${declared.samples} samples, as its header says`);
}

function truncated(got: string, expected: string): AttuneError {
  return new AttuneError('E_AUDIO_TRUNCATED', {
    what: 'The recording is cut off',
    got,
    expected,
    fix: 'fetch or export it again',
  });
}

function unknown(bytes: Uint8Array): AttuneError {
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return new AttuneError('E_AUDIO_UNKNOWN', {
    what: 'The file is not a readable recording',
    got: bytes.length === 0 ? 'an empty file' : `${bytes.length} bytes that begin with ${start}`,
    expected: 'WAV, FLAC, MP3, Ogg Vorbis or Opus',
    fix: 'convert it (ffmpeg -i IN OUT.wav)',
  });
}
