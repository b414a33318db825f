import type { Message } from '../../models/text/message.ts';

const LABEL = /(?:^|\n\n)(Human|Assistant): ?/g;
const ROLES = { Human: 'user', Assistant: 'assistant' } as const;

/** Parses text with turns marked `Human: …` and `Assistant: …` (Anthropic's hh-rlhf); undefined for any other text. */
export function labelledTurns(text: string): Message[] | undefined {
  const trimmed = text.trim();
  const labels = [...trimmed.matchAll(LABEL)];
  if (labels[0]?.index !== 0 || labels[0][1] !== 'Human' || labels.at(-1)?.[1] !== 'Assistant') return undefined;
  return labels.map(({ index, 0: label, 1: name }, i) => ({
    role: ROLES[name as keyof typeof ROLES],
    content: trimmed.slice(index + label.length, labels[i + 1]?.index).trim(),
  }));
}
