/** Lists in pages, in an order that stays: what is added meanwhile comes first or last and moves nothing. */

export interface PageWish {
  /** Id of the last one of the page before. */
  after?: string;
  limit: number;
  order: 'asc' | 'desc';
}

export interface Page<Row> {
  rows: Row[];
  hasMore: boolean;
}

/** A page of rows that are given in the order in which they were made. An unknown `after` gives undefined. */
export function pageOf<Row extends { id: string }>(
  rows: readonly Row[],
  { after, limit, order }: PageWish,
): Page<Row> | undefined {
  const ordered = order === 'desc' ? rows.toReversed() : [...rows];
  const start = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) return undefined;
  return { rows: ordered.slice(start, start + limit), hasMore: ordered.length > start + limit };
}
