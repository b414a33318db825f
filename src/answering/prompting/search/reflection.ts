import { expectedText, promptText } from '../../../scoring/prompt-text.ts';
import type { Tried } from './prompt-trial.ts';

const LONGEST_TEXT = 600;
const LONGEST_INSTRUCTION = 4000;

/** A row's answer, and its answer under the previous instruction, if there was one. */
export interface Judged extends Tried {
  before?: Tried;
}

/** Request for a model to rewrite an instruction, given its results. */
export function reflectionRequest(instruction: string | undefined, judged: readonly Judged[], best?: number): string {
  return [
    'An assistant answers inputs by the following instruction.',
    framed(instruction ?? '(no instruction)'),
    'These are inputs with its answers, the expected answers, and what is wrong with its answers.',
    ...judged.map((one, place) => `# Example ${place + 1}\n${describe(one, best)}`),
    'Find out from the examples what the task is, which form the answers have, and which facts or rules decide them. ' +
      'Write a new instruction that states all of this, so that the assistant answers such inputs as expected. Keep ' +
      'what works. Do not refer to the examples, which the assistant will not see.',
    'Reply with the new instruction only, between ``` and ```.',
  ].join('\n\n');
}

function describe({ example, answer, score, before }: Judged, best: number | undefined): string {
  const expected = expectedText(example) ?? '';
  const lines = [
    `Input: ${shortened(promptText(example))}`,
    `Answer: ${answer === undefined ? '(none)' : shortened(answer)}`,
    `Expected: ${shortened(expected)}`,
    `Feedback: ${feedback({ answer, expected, score, best })}`,
  ];
  if (before !== undefined && before.score !== score) {
    const change = before.score > score ? 'better' : 'worse';
    lines.push(`With the instruction before this one, the answer was ${change}: ${shortened(before.answer ?? '')}`);
  }
  return lines.join('\n');
}

interface Rated {
  answer: string | undefined;
  expected: string;
  score: number;
  best?: number;
}

/** Says how an answer differs from the expected one. */
function feedback({ answer, expected, score, best }: Rated): string {
  if (score === best) return 'right';
  if (answer === undefined || answer.trim() === '') return 'there is no answer';
  const [given, wanted] = [answer.trim(), expected.trim()];
  if (given === wanted) return `right, with a score of ${score}`;
  if (given.toLowerCase() === wanted.toLowerCase()) return 'only upper and lower case differ';
  if (given.includes(wanted)) return 'contains the expected answer, but also other text';
  if (wanted.includes(given)) return 'a part of the expected answer is missing';
  if (given.length > 3 * wanted.length) return 'wrong, and much too long';
  return best === undefined ? `differs from the expected answer (score ${score})` : 'wrong';
}

/** The instruction in a model's reply; undefined if there is none. */
export function instructionIn(reply: string | undefined): string | undefined {
  const text = /```(?:[a-z]*\n)?([\s\S]*?)```/.exec(reply ?? '')?.[1] ?? reply ?? '';
  const instruction = text.replaceAll('```', '').trim();
  return instruction === '' ? undefined : instruction.slice(0, LONGEST_INSTRUCTION);
}

function framed(text: string): string {
  return `\`\`\`\n${text}\n\`\`\``;
}

function shortened(text: string): string {
  const whole = text.trim();
  return whole.length <= LONGEST_TEXT ? whole : `${whole.slice(0, LONGEST_TEXT)}…`;
}
