/** Three tasks with a known winner, on words and names that no model has seen. */
import { join } from 'node:path';
import { randomUnit, shuffled } from '../../src/base/random.ts';
import { makeFolders } from '../../src/files/make-folder.ts';
import { writeFileAtomic } from '../../src/files/atomic.ts';

export interface Row {
  prompt: string;
  completion: string;
}

const CONSONANTS = [...'bdfgklmnprstvz'];
const VOWELS = [...'aeiou'];
const CITIES = ['Rome', 'Oslo', 'Lima', 'Cairo', 'Paris', 'Delhi', 'Quito', 'Bern'];

/** A pronounceable word of two or three syllables. */
function word(seed: number, purpose: string, place: number): string {
  const draw = <Item>(items: readonly Item[], index: number): Item =>
    items[Math.floor(randomUnit([seed, `toy ${purpose}`, place], index) * items.length)];
  const syllables = 2 + Math.floor(randomUnit([seed, `toy ${purpose}`, place], 9) * 2);
  return Array.from({ length: syllables }, (_, i) => draw(CONSONANTS, 2 * i) + draw(VOWELS, 2 * i + 1)).join('');
}

function name(seed: number, purpose: string, place: number): string {
  const made = word(seed, purpose, place);
  return made[0].toUpperCase() + made.slice(1);
}

function city(seed: number, purpose: string, place: number): string {
  return CITIES[Math.floor(randomUnit([seed, `toy city ${purpose}`, place]) * CITIES.length)];
}

const lives = (who: string, where: string): string => `${who} lives in ${where}.`;
const asks = (who: string): string => `Where does ${who} live?`;
const BACKWARDS = 'Say the words backwards.';
const quotes = (words: readonly string[]): string => `Words: ${words.join(' ')}`;

/** Rows that teach the base to read passages and to follow one instruction. It learns no name and no city by heart. */
export function baseRows(count: number): Row[] {
  return Array.from({ length: count }, (_, i) => {
    if (i % 2 === 0) {
      const people = Array.from({ length: 1 + (i / 2 % 3) }, (_unused, k) => [name(1, `base ${k}`, i), city(1, `base ${k}`, i)]);
      const [who, where] = people[Math.floor(randomUnit([1, 'asked', i]) * people.length)];
      return { prompt: `${people.map(([one, at]) => lives(one, at)).join('\n\n')}\n\n${asks(who)}`, completion: ` ${where}` };
    }
    const words = Array.from({ length: 3 }, (_unused, k) => word(1, `base word ${k}`, i));
    const isTold = i % 4 === 1;
    const answer = isTold ? words.toReversed() : words;
    return { prompt: isTold ? `${BACKWARDS}\n\n${quotes(words)}` : quotes(words), completion: ` ${answer.join(' ')}` };
  });
}

export interface Toy {
  name: 'facts' | 'style' | 'instruction';
  /** Kinds of systems of which one should be used. */
  winners: readonly string[];
  files: { train: string; validation: string; test: string; passages?: string };
  instruction?: string;
}

export interface ToySizes {
  train: number;
  test: number;
}

/** Facts that changed after the training rows were written; the passages are up to date. Retrieval must win. */
function facts(folder: string, seed: number, { train, test }: ToySizes): Toy {
  const people = Array.from({ length: train }, (_, i) => name(seed, 'person', i));
  const row = (who: string, where: string): Row => ({ prompt: asks(who), completion: ` ${where}` });
  const now = people.map((_, i) => city(seed, 'now', i));
  const asked = shuffled([...people.keys()], [seed, 'toy asked']);
  const held = asked.slice(0, test + test / 2).map((i) => row(people[i], now[i]));
  return {
    name: 'facts',
    winners: ['retrieved', 'tuned_retrieved'],
    files: {
      train: write(folder, 'train', people.map((who, i) => row(who, city(seed, 'before', i)))),
      validation: write(folder, 'validation', held.slice(test)),
      test: write(folder, 'test', held.slice(0, test)),
      passages: write(folder, 'passages', people.map((who, i) => ({ text: lives(who, now[i]) }))),
    },
  };
}

/** The form of answers, shown by rows only. Tuning must win; with an instruction that the base knows, prompting. */
function backwards(folder: string, seed: number, { train, test }: ToySizes): Toy {
  const row = (purpose: string, i: number): Row => {
    const words = Array.from({ length: 3 }, (_, k) => word(seed, `${purpose} ${k}`, i));
    return { prompt: quotes(words), completion: ` ${words.toReversed().join(' ')}` };
  };
  const rows = (purpose: string, count: number): Row[] => Array.from({ length: count }, (_, i) => row(purpose, i));
  return {
    name: 'style',
    winners: ['tuned', 'tuned_retrieved'],
    files: {
      train: write(folder, 'train', rows('train', train)),
      validation: write(folder, 'validation', rows('validation', test / 2)),
      test: write(folder, 'test', rows('test', test)),
    },
  };
}

/** All toys of a seed, written to a folder. */
export function writeToys(folder: string, seed: number, sizes: ToySizes): Toy[] {
  const style = backwards(join(folder, 'style'), seed, sizes);
  return [
    facts(join(folder, 'facts'), seed, sizes),
    style,
    { ...style, name: 'instruction', winners: ['prompted', 'searched'], instruction: BACKWARDS },
  ];
}

export function write(folder: string, file: string, rows: readonly object[]): string {
  makeFolders(folder);
  const path = join(folder, `${file}.jsonl`);
  writeFileAtomic(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}
