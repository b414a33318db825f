import { AttuneError } from '../../base/errors.ts';
import type { Answerer, AnswererOptions, AnswerPart } from './answerers/answerer.ts';
import { openEmbedding } from './answerers/embedding.ts';
import { openPredicting } from './answerers/predicting.ts';
import { openRecommending } from './answerers/recommending.ts';
import { openWriting } from './answerers/writing.ts';
import type { Question } from './question.ts';
import type { TryKind } from './try-form.ts';
import type { TryPlan } from './try-plan.ts';

export type ContenderName = 'tuned' | 'base' | 'rival';

/** Line of a streamed answer. */
export type AnswerLine = { system: ContenderName } & (AnswerPart | { error: string });

export interface Contenders {
  /** Both models answer at once. A failing one sends an error line; the other continues. */
  ask(question: Question, line: (line: AnswerLine) => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const OPENERS: Record<TryKind, (options: AnswererOptions) => Promise<Answerer>> = {
  writing: openWriting,
  text: openPredicting,
  question: openPredicting,
  image: openPredicting,
  recording: openPredicting,
  similarity: openEmbedding,
  captions: openEmbedding,
  items: openRecommending,
};

/** A run's tuned model and the model next to it. Each is loaded for its first question and stays loaded. */
export function openContenders(folder: string, { kind, beside, collection }: TryPlan): Contenders {
  const names: readonly ContenderName[] =
    beside === undefined ? ['tuned'] : ['tuned', beside.rival === undefined ? 'base' : 'rival'];
  const answerers = new Map<ContenderName, Promise<Answerer>>();
  const end = new AbortController();
  const answererOf = (name: ContenderName): Promise<Answerer> => {
    const rival = name === 'rival' ? beside?.rival : undefined;
    const options = { target: folder, base: name === 'base', rival, collection, signal: end.signal };
    const open = answerers.get(name) ?? OPENERS[kind](options);
    answerers.set(name, open);
    // The next question tries again to open a model that failed.
    open.catch(() => answerers.delete(name));
    return open;
  };
  return {
    async ask(question, line, signal) {
      await Promise.all(
        names.map(async (name) => {
          try {
            const answerer = await answererOf(name);
            await answerer.ask(question, (part) => line({ system: name, ...part }), signal);
          } catch (error) {
            if (!signal.aborted) line({ system: name, error: inWords(error) });
          }
        }),
      );
    },
    async close() {
      end.abort('the page was closed');
      await Promise.allSettled([...answerers.values()].map(async (answerer) => (await answerer).close()));
    },
  };
}

function inWords(error: unknown): string {
  if (!(error instanceof AttuneError)) return String(error);
  const { what, got, expected, fix, problems } = error;
  const defects = problems.map(({ message }) => message);
  return [what, got && `got ${got}`, ...defects, expected && `expected ${expected}`, fix].filter(Boolean).join('; ');
}
