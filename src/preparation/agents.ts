import type { MessageDocument } from '@attune/documents';

/** Finds the answering side of conversations: as named by the export or the user, or inferred from who speaks second. */
export interface AgentFinder {
  /** Undefined if unknown. */
  isAgent(message: MessageDocument): boolean | undefined;
  /** Explanation for people. */
  reason: string;
}

/** By names, in which "*" matches any text: `*@example.com`. */
export function namedAgents(patterns: readonly string[]): AgentFinder {
  const expressions = patterns.map((pattern) => new RegExp(`^${pattern.split('*').map(escape).join('.*')}$`, 'iu'));
  return {
    isAgent: ({ author }) => expressions.some((expression) => expression.test(author.trim())),
    reason: `agents as given: ${patterns.join(', ')}`,
  };
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

interface Habit {
  begun: number;
  answered: number;
}

const MOST_SHOWN = 5;

/** Learns from all conversations who answers more often than begins. */
export class AgentStatistics {
  readonly #habits = new Map<string, Habit>();
  #told = 0;
  #conversations = 0;

  add(conversation: readonly MessageDocument[]): void {
    this.#conversations++;
    if (conversation.some(({ role }) => role !== undefined)) this.#told++;
    const authors = [...new Set(conversation.map(({ author }) => author))];
    if (authors.length < 2) return;
    for (const [index, author] of authors.entries()) {
      const habit = this.#habits.get(author) ?? { begun: 0, answered: 0 };
      if (index === 0) habit.begun++;
      else habit.answered++;
      this.#habits.set(author, habit);
    }
  }

  /** Names from exports take precedence; habits decide the rest. */
  finder(): AgentFinder {
    const answering = [...this.#habits]
      .filter(([, { begun, answered }]) => answered > begun)
      .sort((a, b) => b[1].answered - a[1].answered);
    const agents = new Set(answering.map(([author]) => author));
    const told =
      this.#told === 0 ? [] : [`roles from the export itself in ${this.#told} of ${this.#conversations} conversations`];
    const shown = answering
      .slice(0, MOST_SHOWN)
      .map(([author, { answered, begun }]) => `${author} (answered ${answered}, started ${begun})`);
    const more = answering.length > MOST_SHOWN ? ` and ${answering.length - MOST_SHOWN} more` : '';
    const found =
      this.#told === this.#conversations
        ? []
        : [`agents inferred (they answer more conversations than they start): ${shown.join(', ') || 'nobody'}${more}`];
    return {
      isAgent: ({ role, author }) =>
        role === undefined ? (this.#habits.has(author) ? agents.has(author) : undefined) : role === 'agent',
      reason: [...told, ...found].join('; '),
    };
  }
}
