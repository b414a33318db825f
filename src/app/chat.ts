import { AttuneError } from '../base/errors.ts';
import type { ToolSchema } from '../models/text/index.ts';
import { Conversation, type Said } from './conversation.ts';
import { missingParts, trainedForm, type TrainedForm } from './prompt-form.ts';
import { checkSampling, openTalker, type Sampling, type Talker } from './talk.ts';
import type { useCase, Chatted } from './use-cases/chat.ts';
import { openingOf, samplingOf } from './use-cases/shared/sampling-fields.ts';
import type { CallOptions } from './use-cases/use-case.ts';

type ChatOptions = CallOptions<typeof useCase>;

/** An answer; in a conversation, with its tool calls. */
export type Answered = Pick<Said, 'text' | 'finishReason' | 'usage'> & Partial<Pick<Said, 'calls'>>;

export interface ChosenForm {
  /** Whether each line is continued as text; otherwise lines are turns of a conversation. */
  isPlain: boolean;
  system?: string;
  tools?: readonly ToolSchema[];
  /** Form of the training rows, if it determined how the model is prompted. */
  trained?: TrainedForm;
  /** How the chat differs from the training rows, as a sentence. */
  missing?: string;
}

/** The user's side of a chat. */
export interface Talking {
  /** The user's messages, requested once the model is loaded. */
  lines(form: ChosenForm): Iterable<string> | AsyncIterable<string>;
  /** Receives answers piece by piece. */
  write(text: string): void;
  onAnswer?: (answered: Answered) => void;
  /** Called if an image cannot be shown; ends the conversation unless it returns true. */
  goesOn?: (error: AttuneError) => boolean;
}

/** Opens a model and answers line by line. @throws AttuneError E_USAGE, and errors of opening and answering */
export async function chat(target: string, options: ChatOptions, talking: Talking): Promise<Chatted> {
  refuseContradictions(options);
  const sampling = samplingOf(options);
  checkSampling(sampling);
  const form = chosenForm(options, trainedForm(target));
  const { onEvent, signal, image: images = [] } = options;
  const talker = await openTalker({ ...openingOf(options), target, onEvent, signal });
  try {
    return await converse({ talker, sampling, form, images }, talking);
  } finally {
    await talker.close();
  }
}

interface Session {
  talker: Talker;
  sampling: Sampling;
  form: ChosenForm;
  images: readonly string[];
}

async function converse(
  { images, ...session }: Session,
  { lines, write, onAnswer, goesOn }: Talking,
): Promise<Chatted> {
  const { form } = session;
  const answers: Chatted['answers'] = [];
  const { ask, clear, show, giveResult } = asker(session);
  for (const path of images) show(path);
  for await (const line of lines(form)) {
    const { image, result } = form.isPlain ? {} : commandsIn(line);
    if (line === '/clear') clear();
    else if (image !== undefined) showOr(() => show(image), goesOn);
    else if (line !== '') {
      const said = await (result === undefined ? ask(line, write) : giveResult(result, write));
      if (said === undefined) continue;
      onAnswer?.(said);
      const { text, calls = [] } = said;
      answers.push({ prompt: line, answer: text, ...(calls.length > 0 && { calls }) });
    }
  }
  return { answers };
}

function commandsIn(line: string): { image?: string; result?: string } {
  return {
    image: /^\/image +(?<path>.+)$/.exec(line)?.groups?.path,
    result: /^\/result +(?<text>.+)$/.exec(line)?.groups?.text,
  };
}

/** An invalid path does not end the conversation. */
function showOr(show: () => void, goesOn: Talking['goesOn']): void {
  try {
    show();
  } catch (error) {
    if (!(error instanceof AttuneError) || goesOn?.(error) !== true) throw error;
  }
}

function refuseContradictions({ raw, turns }: ChatOptions): void {
  if (raw === true && turns === true)
    throw new AttuneError('E_USAGE', { what: '--raw and --turns cannot be combined', fix: 'choose one' });
}

/**
 * Prompts the model as it was trained, unless options say otherwise. @throws AttuneError E_USAGE for a system message
 * that would not be shown to the model
 */
function chosenForm(options: ChatOptions, trained: TrainedForm | undefined): ChosenForm {
  const { system, tools, raw = false, turns = false, image = [], trainedDefaults = true } = options;
  const isTold = raw || turns;
  const isPlain = isTold ? raw : trained?.form === 'plain';
  const decisive = isTold ? undefined : trained;
  if (!isPlain) {
    const usual = trainedDefaults ? trained : undefined;
    const chosen = { system: system ?? usual?.systemPrompt, tools: tools ?? usual?.tools };
    const given = { system: chosen.system !== undefined, tools: (chosen.tools ?? []).length > 0 };
    return { isPlain, ...chosen, trained: decisive, missing: decisive && missingParts(decisive, given) };
  }
  if (image.length > 0)
    throw new AttuneError('E_USAGE', {
      what: 'A plain-text prompt cannot contain images',
      got: '--image',
      fix: 'remove it, or use turns: --turns',
    });
  if (tools !== undefined) throw notOfPlain('tools', '--tools', isTold);
  if (system !== undefined) throw notOfPlain('system message', '--system', isTold);
  return { isPlain, trained: decisive };
}

function notOfPlain(part: string, flag: string, isTold: boolean): AttuneError {
  return new AttuneError('E_USAGE', {
    what: `A plain-text prompt has no ${part}`,
    got: isTold ? `--raw and ${flag}` : `${flag}, but the model was trained on plain prompts`,
    fix: isTold ? 'remove one of them' : 'remove it, or use turns: --turns',
  });
}

/** `ask` answers a plain text on its own, but a turn in the context of earlier turns. */
function asker({ talker, sampling, form }: Omit<Session, 'images'>) {
  const { system, tools } = form;
  const conversation = new Conversation(talker, sampling, { system, tools });
  const continued = async (line: string, write: (text: string) => void): Promise<Answered> => {
    const watch = { onText: (_: number, text: string) => write(text) };
    return (await talker.answer([line.replaceAll('\\n', '\n')], sampling, watch))[0];
  };
  return {
    ask: form.isPlain ? continued : (line: string, write: (text: string) => void) => conversation.say(line, write),
    giveResult: (text: string, write: (text: string) => void) => conversation.giveResult(text, write),
    clear: () => conversation.clear(),
    show: (path: string) => conversation.show(path),
  };
}
