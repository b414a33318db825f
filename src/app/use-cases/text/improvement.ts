import type { Colours } from '../../terminal/terminal.ts';
import type { Decision } from '../../improve/improvement-decisions.ts';

const WORDS: Readonly<Record<string, string>> = {
  quarantine: 'enough to train on',
  review: 'ready for review',
  retraining: 'accepted',
  gate: 'trained',
  approval: 'passed the gate',
  rollout: 'ready for rollout',
  promoted: 'promoted',
  rejected: 'rejected',
  stopped: 'stopped',
  collecting: 'next cycle',
};

/** A decision in one line: time, state, reason. */
export function decisionLine({ at, cycle, state, reason }: Decision, colours: Colours): string {
  const paint =
    state === 'promoted' ? colours.green : state === 'stopped' || state === 'rejected' ? colours.red : colours.bold;
  return `${colours.dim(`${at.slice(0, 16).replace('T', ' ')}  ${cycle}`)}  ${paint(WORDS[state])}: ${reason}`;
}
