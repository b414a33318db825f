/** The column in which prepared rows carry where they came from. It belongs to no format, and is no column unread. */
export const PROVENANCE = 'provenance';

/** The column in which cleaning steps name what they noticed of a row that stays. Training passes over it too. */
export const FLAGS = 'attune_flags';
