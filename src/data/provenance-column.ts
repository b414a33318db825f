/** Column with the source of prepared rows. It belongs to no format and is never an unknown column. */
export const PROVENANCE = 'provenance';

/** The mails that a prepared row belongs to, from its provenance; empty if none are named. */
export function mailsOf(provenance: unknown): string[] {
  const origins: unknown[] = Array.isArray(provenance) ? provenance : [];
  const mails = origins.map((origin) => (origin as { mail?: unknown } | null)?.mail);
  return [...new Set(mails.filter((mail): mail is string => typeof mail === 'string'))];
}

/** Column of flags set by cleaning steps. Training ignores it. */
export const FLAGS = 'attune_flags';
