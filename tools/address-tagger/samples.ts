/** What the network is trained on: tokens of sentences, now and then without what they say by themselves. */
import { placeOf, rowsOf, type Blindness } from '../../src/data/privacy/addresses/features.ts';
import { isTrigger } from '../../src/data/privacy/addresses/tagger.ts';
import { addressTokens } from '../../src/data/privacy/addresses/tokens.ts';
import type { Draws } from '../pii-development/values.ts';
import type { Sentence } from './generate.ts';
import type { Sample } from './network.ts';

/** Shares of a hundred tokens. */
const WITHOUT_WORD = 45;
const WITHOUT_ENDS = 30;
const WITHOUT_KIND = 12;
const WITHOUT_LISTS = 25;

/** How many tokens behind one that announces it an address begins. */
const AHEAD = 4;

function blindnessOf(draws: Draws): Blindness {
  const ends = draws.below(100) < WITHOUT_ENDS;
  return {
    ends,
    word: ends || draws.below(100) < WITHOUT_WORD,
    kind: draws.below(100) < WITHOUT_KIND,
    lists: draws.below(100) < WITHOUT_LISTS,
  };
}

export function sampleOf({ text, spans }: Pick<Sentence, 'text' | 'spans'>, draws: Draws): Sample {
  const tokens = addressTokens(text);
  const rows = tokens.map((token) => rowsOf(token, blindnessOf(draws)));
  const places = tokens.map((token, at) => placeOf(token, tokens[at - 1]));
  let open = -1;
  const tags = tokens.map(({ start, end }) => {
    const span = spans.findIndex((one) => one.start < end && start < one.end);
    const tag = span < 0 ? 0 : span === open ? 2 : 1;
    open = span;
    return tag;
  });
  const near = tokens.map((token, at) =>
    isTrigger(token) ? tags.slice(at, at + AHEAD).some((tag) => tag > 0) : undefined,
  );
  return { rows, places, tags, near };
}
