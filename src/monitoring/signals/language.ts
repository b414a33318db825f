/** Language of requests, and whether answers use the same one. */
import { askedText, type ServedAnswer } from '../trace.ts';
import type { SignalContext } from './context.ts';
import type { Signal } from './signal.ts';

const LEAST_CHARACTERS = 20;
/**
 * Number of characters examined: the beginning is enough, and detection takes longer than all other signals together.
 */
const EXAMINED = 200;

function detected(text: string | undefined, { languageOf }: SignalContext): string | undefined {
  return text === undefined || text.length < LEAST_CHARACTERS ? undefined : languageOf?.(text.slice(0, EXAMINED));
}

/** Memoised per answer, since two signals use it. */
const known = new WeakMap<ServedAnswer, string | undefined>();

function requestLanguage(served: ServedAnswer, context: SignalContext): string | undefined {
  if (!known.has(served)) known.set(served, detected(askedText(served.prompt), context));
  return known.get(served);
}

export const language: Signal = {
  title: 'requests in a language without training rows',
  kind: 'share',
  directions: ['up'],
  isSampled: true,
  of(served: ServedAnswer, context) {
    if (context.profile === undefined || context.profile.languages.length === 0) return undefined;
    const asked = requestLanguage(served, context);
    return asked === undefined ? undefined : Number(!context.profile.knowsLanguage(asked));
  },
  cause: 'users who speak another language',
  action: 'collect rows in that language and train on them, or state which languages are supported',
};

export const language_switch: Signal = {
  title: 'answers in a different language from the request',
  kind: 'share',
  directions: ['up'],
  isSampled: true,
  of(served: ServedAnswer, context) {
    const asked = requestLanguage(served, context);
    const said = asked === undefined ? undefined : detected(served.answer, context);
    return said === undefined ? undefined : Number(asked !== said);
  },
  cause: 'requests in a language with few training rows, or a problem with the current version',
  action: 'train on rows whose answers use the language of the request',
};
