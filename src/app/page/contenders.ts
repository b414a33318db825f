import { AttuneError } from '../../base/errors.ts';
import { openTalker, type Talker } from '../talk.ts';

export type ContenderName = 'tuned' | 'base';

/** One question to both models. */
export interface Question {
  text: string;
  /** As a conversation's turn, by the model's chat template; otherwise the text is continued as it stands. */
  isChat: boolean;
  maxNewTokens: number;
}

/** What a page is told while the models answer, as it happens. */
export type AnswerLine =
  | { system: ContenderName; text: string }
  | { system: ContenderName; finish: string }
  | { system: ContenderName; error: string };

export interface Contenders {
  /** Both answer at once; a model that fails says so in a line, and the other goes on. */
  ask(question: Question, line: (line: AnswerLine) => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const NAMES: readonly ContenderName[] = ['tuned', 'base'];

/** A run's tuned model and its base, each loaded when it is first asked and kept until the end. */
export function openContenders(folder: string): Contenders {
  const talkers = new Map<ContenderName, Promise<Talker>>();
  const end = new AbortController();
  const talkerOf = (name: ContenderName): Promise<Talker> => {
    const open = talkers.get(name) ?? openTalker({ target: folder, base: name === 'base', signal: end.signal });
    talkers.set(name, open);
    // A model that could not be opened is tried again by the next question.
    open.catch(() => talkers.delete(name));
    return open;
  };
  return {
    async ask(question, line, signal) {
      await Promise.all(NAMES.map((name) => answer({ name, talker: talkerOf(name), question }, line, signal)));
    },
    async close() {
      end.abort('the page was closed');
      await Promise.allSettled([...talkers.values()].map(async (talker) => (await talker).close()));
    },
  };
}

interface Asked {
  name: ContenderName;
  talker: Promise<Talker>;
  question: Question;
}

/** Greedily, as the comparison did. */
async function answer({ name, talker, question }: Asked, line: (line: AnswerLine) => void, signal: AbortSignal) {
  const { text, isChat, maxNewTokens } = question;
  const prompt = isChat ? { messages: [{ role: 'user' as const, content: text }] } : text;
  try {
    const onText = (part: string) => line({ system: name, text: part });
    const model = await talker;
    const [completion] = await model.answer([prompt], { maxNewTokens }, { onText: (_, part) => onText(part), signal });
    line({ system: name, finish: completion.finishReason });
  } catch (error) {
    if (!signal.aborted) line({ system: name, error: inWords(error) });
  }
}

function inWords(error: unknown): string {
  if (!(error instanceof AttuneError)) return String(error);
  const { what, got, expected, fix } = error;
  return [what, got && `got ${got}`, expected && `expected ${expected}`, fix].filter(Boolean).join('; ');
}
