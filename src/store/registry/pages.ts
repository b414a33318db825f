/** Paginated lists in a stable order: new rows come first or last. */

export interface PageWish {
  /** Id of the last row of the previous page. */
  after?: string;
  limit: number;
  order: 'asc' | 'desc';
}

export interface Page<Row> {
  rows: Row[];
  hasMore: boolean;
}

/** A page of rows given in order of creation; undefined for an unknown `after`. */
export function pageOf<Row extends { id: string }>(
  rows: readonly Row[],
  { after, limit, order }: PageWish,
): Page<Row> | undefined {
  const ordered = order === 'desc' ? rows.toReversed() : [...rows];
  const start = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) return undefined;
  return { rows: ordered.slice(start, start + limit), hasMore: ordered.length > start + limit };
}
