import { readFileSync } from 'node:fs';
import {
  newTokenizer,
  Renderer,
  Tokenizer,
  trainByteLevelBpe,
  type ChatRow,
  type RenderedRow,
} from '../../../../src/models/text/index.ts';
import { now } from './conversations.ts';

const folder = new URL('../../../../fixtures/text/templates/families/', import.meta.url);

/** A family's template, rewritten in small with the same constructions, and the tokens that its files declare. */
export interface Family {
  template: string;
  eos: string;
  /** Additional tokens in generation_config.json. */
  declared?: readonly string[];
  kwargs?: Record<string, unknown>;
  /** `text` if the template concatenates arguments to a text. */
  arguments?: 'text';
}

export type Conversation = Omit<ChatRow, 'kind'>;
/** The trained spans, or the error code. */
export type Outcome = string[] | string;

export const families = read<Record<string, Family>>('families.json');
export const conversations = Object.fromEntries(
  Object.entries(read<Record<string, Conversation>>('conversations.json')).map(([kind, row]) => [kind, asRead(row)]),
);
/**
 * Output of Jinja2 3.1.6 as configured by transformers, by family and conversation, without and with the generation
 * prompt.
 */
export const renderings = read<Record<string, Record<string, (string | null)[]>>>('renderings.json');
export const outcomes = read<Record<string, Record<string, Outcome>>>('outcomes.json');

function read<Value>(name: string): Value {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Value;
}

/** Represents null content as reading a file does. */
function asRead(row: Conversation): Conversation {
  const messages = row.messages.map((message) =>
    (message.content as string | null) === null ? { ...message, content: '', contentless: 'null' as const } : message,
  );
  return { ...row, messages };
}

// Tokens in templates: words between angle brackets, square brackets and bars.
const TOKENS = /<\/?[|｜]?[A-Za-z_▁]+[|｜]?>|<[|｜]\/?[A-Za-z_▁]+[|｜]?>|<\|"\|>|\[\/?[A-Z_]{4,}\]|\[\|[a-z]+\|\]/g;

/** A small byte-level tokenizer with a family's template and all of its tokens. */
export async function tokenizerOf({ template, eos, declared = [] }: Family): Promise<Tokenizer> {
  const chatTemplate = readFileSync(new URL(`${template}.jinja`, folder), 'utf8');
  const written = chatTemplate.match(TOKENS) ?? [];
  const named = ['system', 'user', 'assistant'].flatMap((role) => [`<|${role}|>`, `[|${role}|]`]);
  const specialTokens = [...new Set(['<pad>', '<s>', eos, ...declared, ...written, ...named])];
  const vocabulary = await trainByteLevelBpe(['some words'], { vocabSize: 260 + specialTokens.length, specialTokens });
  const tokenizer = await newTokenizer(vocabulary, { roles: { bos: '<s>', eos, pad: '<pad>' }, chatTemplate });
  return declared.length === 0 ? tokenizer : withStops(tokenizer, declared);
}

/** The tokenizer as if generation_config.json listed these tokens in addition to EOS. */
export async function withStops(tokenizer: Tokenizer, declared: readonly string[]): Promise<Tokenizer> {
  const ids = declared.map((token) => tokenizer.idOf(token));
  const config = JSON.stringify({ eos_token_id: [tokenizer.eosId, ...ids] });
  const others = new Map([...tokenizer.files.others, ['generation_config.json', config]]);
  return Tokenizer.fromFiles({ ...tokenizer.files, others });
}

export interface Tried {
  row: RenderedRow | undefined;
  outcome: Outcome;
}

/** A conversation as a training row. */
export async function tryRow(tokenizer: Tokenizer, conversation: Conversation, { kwargs }: Family): Promise<Tried> {
  const renderer = new Renderer(tokenizer, { now });
  const asked: ChatRow = { kind: 'chat', ...conversation, ...(kwargs && { chatTemplateKwargs: kwargs }) };
  try {
    const { rows, problems } = await renderer.renderRows([asked]);
    const [row] = rows;
    if (row !== undefined) return { row, outcome: trainedParts(row, tokenizer) };
    const [problem] = problems;
    return { row, outcome: /E_[A-Z_]+/.exec(problem.message)?.[0] ?? problem.message };
  } catch (error) {
    return { row: undefined, outcome: (error as { code: string }).code };
  }
}

function trainedParts({ pieces, ids }: RenderedRow, tokenizer: Tokenizer): string[] {
  const trained = pieces.filter((piece) => piece.trained);
  return trained.map(({ start, end }) => tokenizer.decode(ids.subarray(start, end)));
}

const REASONS: Record<string, string> = {
  E_TEMPLATE_DROPS_TEXT: 'refused: left out',
  E_TEMPLATE_DROPS_TOOLS: 'refused: left out',
  E_TEMPLATE_FAILED: 'refused: the template fails',
  E_TEMPLATE_NO_STOP: 'refused: no stop',
  E_TEMPLATE_REFUSED: 'refused by the template',
  E_TEMPLATE_SERVING: 'refused: asked for otherwise',
};

/** A family's line in docs/template-families.md. */
export function lineOf(name: string, found: Record<string, Outcome>): string {
  const { answers, system, calls, beside, bare, reasoning } = found;
  const trained = (outcome: Outcome) => (typeof outcome === 'string' ? REASONS[outcome] : 'trained');
  const end = typeof answers === 'string' ? REASONS[answers] : `\`${endOf(answers.at(-1)!).replaceAll('|', '\\|')}\``;
  const kept = typeof system === 'string' ? REASONS[system] : 'shown';
  const called =
    typeof calls === 'string' && typeof bare !== 'string' ? 'trained without a list of tools' : trained(calls);
  return `| ${[name, end, kept, called, trained(beside), trained(reasoning)].join(' | ')} |`;
}

/** The text after the last word. */
function endOf(answer: string): string {
  return answer.slice(answer.lastIndexOf('that.') + 'that.'.length).trim();
}
