import type { Message } from '../message.ts';
import type { Tokenizer } from '../tokenizer.ts';

/** Text that a template puts around turns. */
interface Frame {
  /** Before the first turn, without and with a system message. */
  head: string;
  system?: { before: string; after: string };
  user: { before: string; after: string };
  assistant: { before: string; after: string };
  /** Generation prompt. */
  prompt: string;
}

// Placeholder words that no template contains.
const [SYSTEM, FIRST, ANSWER, SECOND] = ['attunesystem', 'attunefirst', 'attuneanswer', 'attunesecond'];
const user = (content: string): Message => ({ role: 'user', content });
const answer: Message = { role: 'assistant', content: ANSWER };
const system: Message = { role: 'system', content: SYSTEM };

/**
 * An Ollama Modelfile for weights in the same folder: the chat template in Go's language, and stop tokens. `isPlain`:
 * the model continues prompts without a template; `system`: default system message.
 */
export function ollamaModelfile(
  tokenizer: Tokenizer,
  weights: string,
  { isPlain = false, system }: { isPlain?: boolean; system?: string } = {},
): { text: string; differences: string[] } {
  if (isPlain) return plainModelfile(tokenizer, weights);
  const frame = tokenizer.templates.exists ? frameOf(tokenizer) : undefined;
  const template = frame === undefined ? [] : [`TEMPLATE """${goTemplate(frame)}"""`];
  if (frame?.system !== undefined && system !== undefined) template.push(`SYSTEM """${system}"""`);
  const differences =
    frame === undefined && tokenizer.templates.exists
      ? [
          'the chat template does more than wrap turns: the Modelfile has no template, so Ollama would choose one itself',
        ]
      : [];
  return { text: modelfileText(tokenizer, weights, template), differences };
}

function plainModelfile(tokenizer: Tokenizer, weights: string): { text: string; differences: string[] } {
  const differences = tokenizer.answerSpace
    ? ['answers start with the space that separated them from the prompt in training; Ollama and llama.cpp print it']
    : [];
  return { text: modelfileText(tokenizer, weights, ['TEMPLATE """{{ .Prompt }}"""']), differences };
}

function modelfileText(tokenizer: Tokenizer, weights: string, template: readonly string[]): string {
  const stops = tokenizer.stopIds.map((id) => `PARAMETER stop ${quoted(tokenizer.tokenOf(id) ?? '')}`);
  return `${[`FROM ./${weights}`, ...template, ...stops].join('\n')}\n`;
}

function quoted(token: string): string {
  return /["\n]/.test(token) ? `"""${token}"""` : `"${token}"`;
}

/** Found by rendering placeholder conversations; undefined if the template does more than frame turns. */
function frameOf(tokenizer: Tokenizer): Frame | undefined {
  const render = (messages: Message[], addGenerationPrompt = false): string | undefined => {
    try {
      return withoutBos(tokenizer, tokenizer.templates.render({ messages }, { addGenerationPrompt, now: new Date(0) }));
    } catch {
      // The template rejects this conversation, so it has no frame.
      return undefined;
    }
  };
  const frame = readFrame(render);
  const turns = [user(FIRST), answer, user(SECOND)];
  const conversations = [turns, ...(frame?.system === undefined ? [] : [[system, ...turns]])];
  const isWhole = conversations.every((turns) => frame !== undefined && render(turns, true) === compose(frame, turns));
  return isWhole ? frame : undefined;
}

/** Ollama adds BOS itself if the file says so. */
function withoutBos({ addsBos, special }: Tokenizer, text: string): string {
  const bos = special.bos?.content ?? '';
  return addsBos && text.startsWith(bos) ? text.slice(bos.length) : text;
}

type Render = (messages: Message[], addGenerationPrompt?: boolean) => string | undefined;

function readFrame(render: Render): Frame | undefined {
  const one = render([user(FIRST)]);
  const prompted = render([user(FIRST)], true);
  const two = render([user(FIRST), answer]);
  const three = render([user(FIRST), answer, user(SECOND)]);
  if (one === undefined || prompted === undefined || two === undefined || three === undefined) return undefined;
  const userAfter = after(one, FIRST);
  const assistantAfter = after(two, ANSWER);
  const assistantBefore = between(two, FIRST, ANSWER).slice(userAfter.length);
  const userBefore = between(three, ANSWER, SECOND).slice(assistantAfter.length);
  const start = before(one, FIRST);
  if (!start.endsWith(userBefore)) return undefined;
  return {
    head: start.slice(0, start.length - userBefore.length),
    system: systemFrame(render([system, user(FIRST)]), userBefore),
    user: { before: userBefore, after: userAfter },
    assistant: { before: assistantBefore, after: assistantAfter },
    prompt: prompted.slice(one.length),
  };
}

function systemFrame(text: string | undefined, userBefore: string): Frame['system'] {
  if (text === undefined || !text.includes(SYSTEM)) return undefined;
  const gap = between(text, SYSTEM, FIRST);
  return gap.endsWith(userBefore)
    ? { before: before(text, SYSTEM), after: gap.slice(0, gap.length - userBefore.length) }
    : undefined;
}

const before = (text: string, word: string): string => text.slice(0, text.indexOf(word));
const after = (text: string, word: string): string => text.slice(text.indexOf(word) + word.length);
const between = (text: string, first: string, second: string): string => before(after(text, first), second);

/** The conversation as rendered by the frame, up to where an answer starts. */
function compose(frame: Frame, messages: readonly Message[]): string {
  const parts = messages.map(({ role, content }) => {
    const around = role === 'system' ? frame.system : role === 'user' ? frame.user : frame.assistant;
    return `${around?.before}${content as string}${around?.after}`;
  });
  return [messages[0].role === 'system' ? '' : frame.head, ...parts, frame.prompt].join('');
}

/** The frame in Go's template language. */
function goTemplate({ head, system: framed, user: asked, assistant, prompt }: Frame): string {
  const turn = (around: { before: string; after: string }, field: string) =>
    `${literal(around.before)}{{ ${field} }}${literal(around.after)}`;
  const start =
    framed === undefined
      ? literal(head)
      : `{{ if .System }}${turn(framed, '.System')}{{ else }}${literal(head)}{{ end }}`;
  const turns =
    `{{ range .Messages }}{{ if eq .Role "user" }}${turn(asked, '.Content')}` +
    `{{ else if eq .Role "assistant" }}${turn(assistant, '.Content')}{{ end }}{{ end }}`;
  return start + turns + literal(prompt);
}

/** Text with braces or quotes becomes a string literal of that language. */
function literal(text: string): string {
  return /\{\{|\}\}|"/.test(text) ? `{{ ${JSON.stringify(text)} }}` : text;
}
