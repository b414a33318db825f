/** In which language people ask, and whether answers keep to it. */
import { askedText, type ServedAnswer } from '../trace.ts';
import type { SignalContext } from './context.ts';
import type { Signal } from './signal.ts';

const LEAST_CHARACTERS = 20;

function told(text: string | undefined, { languageOf }: SignalContext): string | undefined {
  return text === undefined || text.length < LEAST_CHARACTERS ? undefined : languageOf?.(text);
}

export const language: Signal = {
  title: 'requests in a language that was not trained on',
  kind: 'share',
  directions: ['up'],
  isSampled: true,
  of({ prompt }: ServedAnswer, context) {
    if (context.profile === undefined || context.profile.languages.length === 0) return undefined;
    const asked = told(askedText(prompt), context);
    return asked === undefined ? undefined : Number(!context.profile.knowsLanguage(asked));
  },
  cause: 'people who speak another language',
  action: 'collect rows in that language and train on them, or say which languages are answered',
};

export const language_switch: Signal = {
  title: 'answers in another language than the request',
  kind: 'share',
  directions: ['up'],
  isSampled: true,
  of({ prompt, answer }: ServedAnswer, context) {
    const [asked, said] = [told(askedText(prompt), context), told(answer, context)];
    return asked === undefined || said === undefined ? undefined : Number(asked !== said);
  },
  cause: 'requests in a language of few training rows, or the version that answers',
  action: 'train on rows whose answers keep to the language of the request',
};
