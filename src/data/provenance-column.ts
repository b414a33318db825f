/** Column of prepared rows with their source. It belongs to no format and is never an unknown column. */
export const PROVENANCE = 'provenance';

/** The mails that a prepared row is of, or came with, by its provenance; none where it is of no mail or says nothing. */
export function mailsOf(provenance: unknown): string[] {
  const origins: unknown[] = Array.isArray(provenance) ? provenance : [];
  const mails = origins.map((origin) => (origin as { mail?: unknown } | null)?.mail);
  return [...new Set(mails.filter((mail): mail is string => typeof mail === 'string'))];
}

/** The column in which cleaning steps name what they noticed of a row that stays. Training passes over it too. */
export const FLAGS = 'attune_flags';
