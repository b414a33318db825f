/** The column in which prepared rows carry where they came from. It belongs to no format, and is no column unread. */
export const PROVENANCE = 'provenance';
