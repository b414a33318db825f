/** Typed questions as prompts of a chat model, answered by its next token. */
import { AttuneError } from '../../../base/errors.ts';
import type { DecisionQuestion, DecisionType } from '../../../data/kinds/decision.ts';
import { Renderer, type Tokenizer } from '../../../models/text/index.ts';
import { TEMPLATE_DATE } from '../answers/answering.ts';
import { optionNames } from './option-names.ts';

export interface DecisionPrompt {
  question: DecisionQuestion;
  ids: Int32Array;
  /** Token positions where options are scored: the last token, or one token per option. */
  marks: readonly number[];
  /** Label tokens, if options are scored as the next token; otherwise empty. */
  labels: readonly number[];
  /** Number of leading tokens that belong to the state; absent for causal models, which share any common prefix. */
  state?: number;
  /** Lengths of the texts after the state, if there are several; none attends to another. */
  texts?: readonly number[];
}

/** Lays questions out as model input, each independently. */
export interface DecisionReader {
  /** @param isDrawn keeps the options in the order that training drew */
  prompt(state: string, question: DecisionQuestion, isDrawn?: boolean): Promise<DecisionPrompt>;
}

/** Chat templates of reasoning models open a thinking block by default. */
const CHAT = { chatTemplateKwargs: { enable_thinking: false } };

const CAPITALS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const SMALL = CAPITALS.map((letter) => letter.toLowerCase());
const LETTERS = [...CAPITALS, ...SMALL];
const DIGITS = [...'0123456789'];
/** For more options than there are letters: vocabularies contain hundreds of two-letter tokens. */
const PAIRS = [CAPITALS, SMALL].flatMap((letters) => letters.flatMap((first) => letters.map((last) => first + last)));

/** Lists of labels to choose from; the first with enough single-token labels is used. The first list is llama.cpp's. */
const POOLS = [LETTERS, [...LETTERS, ...DIGITS, ...PAIRS]];

const ASKED: Readonly<Record<DecisionType, string>> = {
  noul: 'Is it true?',
  choice: 'Which option fits best?',
  score: 'Which level fits best?',
};

interface Label {
  text: string;
  id: number;
}

/**
 * Lays out each question as a separate conversation that begins with the state, so that the state's cache can be
 * shared. A label is one token after the prompt and belongs to a single option. Options of a choice are sorted by name,
 * so that the answer does not depend on the order in the request.
 */
export class DecisionPrompts implements DecisionReader {
  readonly #renderer: Renderer;
  /** Token of each label, if it is a single token. */
  readonly #known = new Map<string, Promise<number | undefined>>();
  #start: Promise<Int32Array> | undefined;

  private constructor(tokenizer: Tokenizer) {
    this.#renderer = new Renderer(tokenizer, { now: TEMPLATE_DATE });
  }

  /** Cached per tokenizer, so that labels are looked up only once. */
  static of(tokenizer: Tokenizer): DecisionPrompts {
    return byTokenizer.get(tokenizer) ?? byTokenizer.set(tokenizer, new DecisionPrompts(tokenizer)).get(tokenizer)!;
  }

  /** @throws AttuneError E_DECISION_LABELS, E_TEMPLATE_… */
  async prompt(state: string, question: DecisionQuestion, isDrawn = false): Promise<DecisionPrompt> {
    const places = isDrawn ? [...question.options.keys()] : listedPlaces(question);
    const listed = { ...question, options: places.map((place) => question.options[place]) };
    const labels = await this.#labelsOf(listed);
    const content = `State:\n${state}\n\n${asked(listed, labels)}`;
    const { ids } = await this.#renderer.prompt({ ...CHAT, messages: [{ role: 'user', content }] });
    const own: number[] = [];
    for (const [i, place] of places.entries()) own[place] = labels[i].id;
    return { question, ids, marks: [ids.length - 1], labels: own };
  }

  async #labelsOf({ options }: DecisionQuestion): Promise<Label[]> {
    for (const pool of POOLS) {
      const labels: Label[] = [];
      for (const text of pool) {
        if (labels.length === options.length) break;
        const id = await this.#tokenOf(text);
        if (id !== undefined && labels.every((label) => label.id !== id)) labels.push({ text, id });
      }
      if (labels.length === options.length) return labels;
    }
    throw new AttuneError('E_DECISION_LABELS', {
      what: `The tokenizer of ${this.#renderer.tokenizer.origin} has too few single-token labels for this question`,
      got: `a question with ${options.length} options`,
      fix: 'ask with fewer options, or choose another model',
    });
  }

  /** Token of a label at the answer's position. All prompts end in the same header, so any of them will do. */
  #tokenOf(label: string): Promise<number | undefined> {
    const find = async (): Promise<number | undefined> => {
      const start = await (this.#start ??= this.#readStart());
      const { ids } = await this.#renderer.prompt(PROBE, label);
      const isOne = ids.length === start.length + 1 && start.every((id, i) => ids[i] === id);
      return isOne ? ids[start.length] : undefined;
    };
    return this.#known.get(label) ?? this.#known.set(label, find()).get(label)!;
  }

  async #readStart(): Promise<Int32Array> {
    const { ids, text } = await this.#renderer.prompt(PROBE);
    const tail = text.slice(text.lastIndexOf(STATE));
    if (tail.lastIndexOf('<think>') <= tail.lastIndexOf('</think>')) return ids;
    throw new AttuneError('E_DECISION_LABELS', {
      what: `The chat template of ${this.#renderer.tokenizer.origin} starts every answer with reasoning`,
      expected: 'a template that respects enable_thinking: false',
      fix: 'choose another model, or a template that can leave out the reasoning',
    });
  }
}

/** Indices of the options in listing order: by name for a choice, otherwise as given. */
function listedPlaces({ type, options }: DecisionQuestion): number[] {
  const places = [...options.keys()];
  return type === 'choice' ? places.sort((a, b) => (options[a].key < options[b].key ? -1 : 1)) : places;
}

const byTokenizer = new WeakMap<Tokenizer, DecisionPrompts>();

const STATE = 'state';
const PROBE = { ...CHAT, messages: [{ role: 'user', content: STATE }] } as const;

/** The question after the state. Question ids are for programs: models never see them. */
function asked(question: DecisionQuestion, labels: readonly Label[]): string {
  const { type, instructions = ASKED[type] } = question;
  const lines = optionNames(question).map((name, i) => `${labels[i].text}: ${name}`);
  const given = labels.map(({ text }) => text);
  const ways = given.length <= 2 ? given.join(' or ') : `the label of one option, ${given[0]} to ${given.at(-1)}`;
  return [`Question: ${instructions}`, ...lines, `Answer with ${ways}, and nothing else.`].join('\n');
}

/**
 * The same layout as a llama.cpp template, which receives `state`, `instructions`, `type` and `options` with labels A
 * to Z and a to z; options of a choice have to be sorted by name.
 */
export async function systemOneTemplate(tokenizer: Tokenizer): Promise<string> {
  const { text } = await new Renderer(tokenizer, { now: TEMPLATE_DATE }).prompt(PROBE);
  const at = text.lastIndexOf(STATE);
  const [before, after] = [text.slice(0, at), text.slice(at + STATE.length)].map((part) => JSON.stringify(part));
  const said = (name: string): string => `(${name} if ${name} is string else ${name} | tojson)`;
  return [
    `{%- set usual = ${JSON.stringify(ASKED)} %}`,
    `{%- set said = ${JSON.stringify({ false: 'no', true: 'yes' })} %}`,
    `{{- ${before} ~ 'State:\\n' ~ ${said('state')} ~ '\\n\\nQuestion: ' }}`,
    `{{- ${said('instructions')} if instructions else usual[type] }}`,
    '{%- for option in options %}',
    "{%- set name = '' if type == 'score' else (said[option.key] if type == 'noul' else option.key) %}",
    "{{- '\\n' ~ option.label ~ ': ' ~ name ~ (': ' if name and option.description else '') }}",
    `{{- ${said('option.description')} if option.description else '' }}`,
    '{%- endfor %}',
    '{%- set first, last = options[0].label, options[-1].label %}',
    "{%- set ways = 'the label of one option, ' ~ first ~ ' to ' ~ last %}",
    "{%- set ways = ways if options | length > 2 else (first if options | length == 1 else first ~ ' or ' ~ last) %}",
    `{{- '\\nAnswer with ' ~ ways ~ ', and nothing else.' ~ ${after} }}`,
  ].join('\n');
}
