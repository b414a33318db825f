/** Rule-based paraphrases of requests: English only, and only if a rule matches. */
import { kindOf, type Example } from '../../data/kinds/index.ts';

/** Interchangeable phrases. */
const EITHER: readonly (readonly [string, string])[] = [
  ['do not', "don't"],
  ['does not', "doesn't"],
  ['did not', "didn't"],
  ['is not', "isn't"],
  ['are not', "aren't"],
  ['was not', "wasn't"],
  ['cannot', "can't"],
  ['will not', "won't"],
  ['should not', "shouldn't"],
  ['I am', "I'm"],
  ['you are', "you're"],
  ['we are', "we're"],
  ['they are', "they're"],
  ['I have', "I've"],
  ['for example', 'for instance'],
  ['how do I', 'how can I'],
  ['could you', 'can you'],
  ['begin', 'start'],
  ['big', 'large'],
  ['everyone', 'everybody'],
  ['someone', 'somebody'],
  ['anyone', 'anybody'],
  ['perhaps', 'maybe'],
  ['nearly', 'almost'],
  ['buy', 'purchase'],
  ['two', '2'],
  ['three', '3'],
  ['four', '4'],
  ['five', '5'],
  ['six', '6'],
  ['seven', '7'],
  ['eight', '8'],
  ['nine', '9'],
  ['ten', '10'],
];

/** Replaced in this direction only: the other direction is ambiguous. */
const ONE_WAY: readonly (readonly [string, string])[] = [
  ["what's", 'what is'],
  ["let's", 'let us'],
  ['it is', "it's"],
  ['in order to', 'to'],
  ['because', 'since'],
  ['please', 'kindly'],
  ['tell me', 'let me know'],
  ['show me', 'let me see'],
  ['give me', 'provide me with'],
  ['I want to', 'I would like to'],
  ['describe', 'give a description of'],
  ['explain', 'give an explanation of'],
  ['summarize', 'sum up'],
  ['summarise', 'sum up'],
];

const replacements = new Map(
  [...EITHER, ...EITHER.map(([a, b]) => [b, a] as const), ...ONE_WAY].map(([from, to]) => [from.toLowerCase(), to]),
);
// Next to letters, digits, dots or hyphens, a phrase is part of another word or number.
const phrases = new RegExp(
  `(?<![\\p{L}\\p{N}.'’-])(?:${[...replacements.keys()].toSorted((a, b) => b.length - a.length).join('|')})(?![\\p{L}\\p{N}'’-]|\\.\\p{N})`,
  'giu',
);

/** Undefined if no rule matches. */
export function rephrased(text: string): string | undefined {
  const other = text.replace(phrases, (found) => {
    const replacement = replacements.get(found.toLowerCase())!;
    const [first] = found;
    return first === first.toLowerCase() ? replacement : replacement[0].toUpperCase() + replacement.slice(1);
  });
  return other === text ? undefined : other;
}

/** The row with its prompt, or the last user message, paraphrased and the same answer; undefined if no rule matches. */
export function rephrasedRow(example: Example): Example | undefined {
  const { written, withWritten } = kindOf(example);
  const texts = written?.(example);
  const prompt = texts && rephrased(texts.prompt);
  if (prompt === undefined) return undefined;
  return withWritten?.({ ...example, id: `${example.id}:rephrased` }, { ...texts!, prompt });
}
