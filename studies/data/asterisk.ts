import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeAudio } from '../../src/engine/audio/index.ts';
import { shuffled } from '../../src/base/random.ts';
import { fetchDebianFiles } from '../../src/app/quickstart/tasks/sources/debian-file.ts';
import { UnionFind } from '../../src/data/union-find.ts';
import { writeFileAtomic } from '../../src/files/atomic.ts';
import { makeFolders } from '../../src/files/make-folder.ts';
import { writeWholeFolder } from '../../src/files/whole-folder.ts';
import type { Setting } from '../example.ts';
import { writeRows } from '../rows.ts';

const TEXTS = 'usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz';
const SOUNDS = 'usr/share/asterisk/sounds/en_US_f_Allison';
/** Listed with a text, but without a file. */
const MISSING = ['pls-try-call-later'];
/** Longer clips are few, and the cost of attention grows with the square of their length. */
const LONGEST_SECONDS = 12;
const TEST_SHARE = 0.3;

export interface SpeechFiles {
  train: string;
  test: string;
}

export interface Clip {
  /** Path of the sound without its extension. */
  name: string;
  text: string;
}

/** A telephone exchange's announcements by one speaker, with their texts; no test row resembles a training row. */
export async function fetchAsterisk(setting: Setting): Promise<SpeechFiles> {
  const folder = join(setting.folder, 'asterisk');
  if (!existsSync(folder)) {
    const apt = join(setting.folder, 'apt');
    const [list] = await fetchDebianFiles(apt, { packageName: 'asterisk-core-sounds-en', paths: [TEXTS] }, setting);
    const clips = spokenClips(gunzipSync(list).toString('utf8'));
    const paths = clips.map(({ name }) => join(SOUNDS, `${name}.wav`));
    const sounds = await fetchDebianFiles(apt, { packageName: 'asterisk-core-sounds-en-wav', paths }, setting);
    await writeWholeFolder(folder, (draft) => writeClips(draft, clips, sounds));
  }
  return { train: join(folder, 'train.jsonl'), test: join(folder, 'test.jsonl') };
}

async function writeClips(folder: string, clips: readonly Clip[], sounds: readonly Buffer[]): Promise<void> {
  const kept: Clip[] = [];
  for (const [i, clip] of clips.entries()) {
    const { sampleRate, channels } = await decodeAudio(sounds[i]);
    if (channels[0].length > LONGEST_SECONDS * sampleRate) continue;
    const path = join(folder, `${clip.name}.wav`);
    makeFolders(join(path, '..'));
    writeFileAtomic(path, sounds[i]);
    kept.push(clip);
  }
  const { train, test } = splitClips(kept);
  const rowsOf = (some: readonly Clip[]) => some.map(({ name, text }) => ({ audio: `${name}.wav`, text }));
  writeRows(join(folder, 'train.jsonl'), rowsOf(train));
  writeRows(join(folder, 'test.jsonl'), rowsOf(test));
}

const DIGITS = 'zero one two three four five six seven eight nine'.split(' ');

/** Lines `name: text` as spoken; without tones, silence, and numbers that can be read in several ways. */
export function spokenClips(list: string): Clip[] {
  return list.split('\n').flatMap((line) => {
    const [, name, written] = /^([^;:\s][^:]*):(.*)$/.exec(line) ?? [];
    if (name === undefined || MISSING.includes(name)) return [];
    const text = written
      .toLowerCase()
      .replaceAll(/\[[^\]]*\]|<[^>]*>|\([^)]*\)/g, ' ')
      .replaceAll(/(?<![\w.])\d(?![\w.]?\d)(?!\w)/g, (digit) => DIGITS[Number(digit)])
      .replaceAll(/[^a-z0-9']+/g, ' ')
      .trim();
    return text === '' || /\d/.test(text) ? [] : [{ name, text }];
  });
}

/**
 * Assigns whole groups of clips with similar texts to a split. Only one clip of a test group is kept, so that test rows
 * are independent of each other and no test text nearly repeats a training text.
 */
export function splitClips(clips: readonly Clip[]): Record<'train' | 'test', Clip[]> {
  const sets = new UnionFind(clips.length);
  const pairs = clips.map(({ text }) => wordPairs(text));
  for (let a = 0; a < clips.length; a++) {
    for (let b = 0; b < a; b++) if (areAlike(pairs[a], pairs[b])) sets.union(a, b);
  }
  const groups = shuffled(sets.sets(), [1, 'speech-split']);
  const count = Math.round(TEST_SHARE * groups.length);
  return {
    test: groups.slice(0, count).map(([first]) => clips[first]),
    train: groups.slice(count).flatMap((group) => group.map((clip) => clips[clip])),
  };
}

const ALIKE = 0.5;

function wordPairs(text: string): ReadonlySet<string> {
  const words = ['', ...text.split(' '), ''];
  return new Set(words.slice(1).map((word, i) => `${words[i]} ${word}`));
}

/** Whether two texts share at least half of their pairs of neighbouring words. */
function areAlike(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const common = [...a].filter((pair) => b.has(pair)).length;
  return common >= ALIKE * (a.size + b.size - common);
}
