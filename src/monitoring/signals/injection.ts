/**
 * Detects attempts to override a model's instructions by typical phrases in several languages. The list misses other
 * phrases, so the monitor tests for changes in the match rate.
 */
import { askedText } from '../trace.ts';
import type { Signal } from './signal.ts';

const MOST_CHARACTERS = 8000;

const TOLD = String.raw`(?:previous|prior|above|earlier|preceding|your|all|system|initial|original)`;
const PATTERN = new RegExp(
  [
    String.raw`\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b${TOLD}\b.{0,30}\b(?:instructions?|prompts?|rules|guidelines|directions|context)\b`,
    String.raw`\b(?:reveal|show|print|repeat|output|tell me|what (?:is|are))\b.{0,30}\b(?:system prompt|system message|hidden instructions|initial instructions|your instructions)\b`,
    String.raw`\byou are now (?:in )?(?:DAN|developer mode|jailbroken|unrestricted|an unfiltered)\b`,
    String.raw`\b(?:pretend|act as if) you have no (?:restrictions|rules|guidelines|filters?)\b`,
    String.raw`\bdo anything now\b`,
    String.raw`\b(?:ignorier\w*|vergiss|missachte)\b.{0,30}\b(?:vorherig\w*|bisherig\w*|obig\w*|alle)\b.{0,30}\b(?:anweisung\w*|regeln|vorgaben)\b`,
    String.raw`\b(?:ignore[zr]?|oublie[zr]?)\b.{0,30}\b(?:instructions|consignes|règles)\b.{0,20}\b(?:précédentes|ci-dessus|antérieures)\b`,
    String.raw`\b(?:ignora|olvida)\b.{0,30}\b(?:instrucciones|reglas|istruzioni|regole)\b`,
    String.raw`\b(?:ignore|esqueça)\b.{0,30}\b(?:instruções|regras)\b`,
    // Special tokens of chat templates inside a message.
    String.raw`<\|im_start\|>|<\|start_header_id\|>|\[INST\]|^\s*#{2,}\s*(?:system|instruction)s?\s*:`,
  ].join('|'),
  'imsu',
);

export function triesToOverrule(request: string): boolean {
  return PATTERN.test(request.slice(0, MOST_CHARACTERS));
}

export const injection: Signal = {
  title: 'requests that try to override the instructions',
  kind: 'share',
  directions: ['up'],
  of({ prompt }) {
    const asked = askedText(prompt);
    return asked === '' ? undefined : Number(triesToOverrule(asked));
  },
  cause: 'someone probing for what the model can be made to do',
  action: 'check who sends them; limit their key; evaluate the model with attune safety',
};
